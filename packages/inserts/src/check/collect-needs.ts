import type { StaticInsertCall } from '../insert-definition.ts';
import type { Library } from '../library.ts';
import { NeedsCollector } from '../needs.ts';
import type { Needs } from '../needs.ts';
import { resolveName } from '../runtime/loading.ts';
import type { Expression, InsertUse, Statement } from '../syntax/ast.ts';
import { allStatements, allWithin, childrenOf, expressionsOf } from '../syntax/walk.ts';

/** What a template reads, from its text alone. */
export function collectNeeds(statements: readonly Statement[], library: Library): Needs {
  return gatherNeeds(statements, library).result();
}

/** The same with the places where names stand. */
export function gatherNeeds(statements: readonly Statement[], library: Library): NeedsCollector {
  const needs = new NeedsCollector();
  const rows = rowVariables(statements);
  const own = ownVariables(statements, library);
  for (const statement of allStatements(statements)) {
    for (const expression of expressionsOf(statement)) {
      // a row that merely gets a second name is read where that name is used
      if (statement.kind === 'set' && expression.kind === 'name' && rows.has(expression.name)) continue;
      readExpression(expression, needs, own, rows);
    }
    if ('path' in statement) {
      needs.place = statement.path.at;
      const name = literalText(statement.path);
      needs.templates.add(name === undefined ? undefined : (resolveName(name, null) ?? name));
    }
    if (statement.kind !== 'insert') continue;
    needs.place = statement.at;
    library.inserts.get(statement.use.name)?.needs(staticCall(statement.use), needs);
  }
  return needs;
}

function staticCall(use: InsertUse): StaticInsertCall {
  const subject = use.path ?? bodySubject(use.body);
  const options = use.options.map(({ name, value }) => [name, literalText(value)] as const);
  return { subject: literalText(subject), column: use.column, options: new Map(options) };
}

function bodySubject(body: InsertUse['body']): Expression | null {
  const [only] = body ?? [];
  if (body?.length !== 1 || only?.kind !== 'text') return null;
  return { kind: 'literal', at: only.at, value: only.text.trim() };
}

function literalText(node: Expression | null): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The names of a chain such as `event.params['x']`: undefined for a computed one. */
function chainOf(node: Expression): (string | undefined)[] | null {
  if (node.kind === 'name') return [node.name];
  if (node.kind === 'attribute') return extend(chainOf(node.target), node.name);
  if (node.kind === 'index') return extend(chainOf(node.target), literalText(node.index));
  if (node.kind !== 'method' || literalText(node.name) !== 'get') return null;
  return extend(chainOf(node.target), literalText(node.args[0]?.value ?? null));
}

function extend(
  chain: (string | undefined)[] | null,
  name: string | undefined,
): (string | undefined)[] | null {
  return chain === null ? null : [...chain, name];
}

type Rows = ReadonlyMap<string, readonly string[]>;

function readExpression(root: Expression, needs: NeedsCollector, own: ReadonlySet<string>, rows: Rows): void {
  const chain = chainOf(root);
  if (chain === null) {
    for (const child of childrenOf(root)) readExpression(child, needs, own, rows);
    return;
  }
  needs.place = root.at;
  readChain(chain, needs, own, rows);
  // computed keys and arguments inside of the chain
  for (const node of allWithin(root)) {
    if (node.kind === 'index' && literalText(node.index) === undefined)
      readExpression(node.index, needs, own, rows);
    if (node.kind !== 'method') continue;
    for (const { value } of node.args)
      if (literalText(value) === undefined) readExpression(value, needs, own, rows);
  }
}

function readChain(
  chain: readonly (string | undefined)[],
  needs: NeedsCollector,
  own: ReadonlySet<string>,
  rows: Rows,
): void {
  const [name, first, second, third, fourth] = chain;
  if (name === undefined) return;
  const catalogs = rows.get(name);
  if (catalogs !== undefined) {
    for (const catalog of catalogs) needs.catalog(catalog).add(chain.length > 1 ? first : undefined);
  }
  if (own.has(name)) return;
  if (name === 'event') {
    if (chain.length === 1 || first === 'params') needs.eventParams.add(second);
  } else if (name === 'customer') needs.attributes.add(first);
  else if (name === 'automationPathSteps') {
    if (first !== undefined)
      needs.step(first).add(second === 'event' && third === 'params' ? fourth : undefined);
  } else needs.variable(name);
}

/** Variables that hold the row of a catalog item: those of the inserts, and those set from them. */
function rowVariables(statements: readonly Statement[]): Rows {
  const rows = new Map<string, string[]>();
  visitRows(statements, rows);
  return rows;
}

function visitRows(statements: readonly Statement[], rows: Map<string, string[]>): void {
  for (const statement of allStatements(statements)) {
    if (statement.kind === 'insert' && statement.use.column === null) {
      const catalog = literalText(statement.use.path);
      if (catalog !== undefined && statement.use.args.length === 1) add(rows, 'catalog_result', catalog);
    }
    if (statement.kind !== 'set') continue;
    statement.targets.forEach((target, at) => {
      const value = statement.values[at];
      if (target.field !== null || value?.kind !== 'name') return;
      for (const catalog of rows.get(value.name) ?? []) add(rows, target.name, catalog);
    });
  }
}

function add(rows: Map<string, string[]>, name: string, catalog: string): void {
  const known = rows.get(name) ?? [];
  if (!known.includes(catalog)) rows.set(name, [...known, catalog]);
}

/** Variables that the template makes itself. */
function ownVariables(statements: readonly Statement[], library: Library): Set<string> {
  const own = new Set(['loop', 'varargs', 'kwargs', 'none']);
  for (const statement of allStatements(statements)) {
    if (statement.kind === 'set') for (const { name } of statement.targets) own.add(name);
    else if (statement.kind === 'set-block') own.add(statement.target.name);
    else if (statement.kind === 'for') for (const name of statement.variables) own.add(name);
    else if (statement.kind === 'macro') for (const { name } of statement.parameters) own.add(name);
    else if (statement.kind === 'cycle' && statement.as !== null) own.add(statement.as);
    else if (statement.kind === 'import' && statement.as !== null) own.add(statement.as);
    else if (statement.kind === 'from-import') for (const { as } of statement.names) own.add(as);
    else if (statement.kind === 'insert') {
      for (const name of library.inserts.get(statement.use.name)?.variables ?? []) own.add(name);
    }
  }
  return own;
}
