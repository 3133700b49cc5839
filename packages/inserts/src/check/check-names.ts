import type { DiagnosticList } from '../diagnostic.ts';
import type { FilterDefinition, Library } from '../library.ts';
import type { ExpressionOf, Statement } from '../syntax/ast.ts';
import { allExpressions, allStatements } from '../syntax/walk.ts';
import { suggest } from './suggest.ts';

/**
 * Reports filters, tests and functions that do not exist, and arguments that they do not take. Functions only where all
 * macros are in sight: not in a template that others load (`loaded`), nor in one that loads others whole.
 */
export function checkNames(
  statements: readonly Statement[],
  library: Library,
  diagnostics: DiagnosticList,
  loaded: boolean,
): void {
  let callables: Callables | null = null;
  for (const node of allExpressions(statements)) {
    if (node.kind === 'filter') checkFilter(node, library, diagnostics);
    else if (node.kind === 'test') {
      if (library.tests.has(node.name)) continue;
      const message = `There is no test ${node.name}.${suggest(node.name, library.tests.keys())}`;
      diagnostics.error('unknown-test', message, node.at);
    } else if (node.kind === 'call') {
      callables ??= callablesOf(statements, library);
      if (loaded || callables.open || callables.names.has(node.name)) continue;
      const message = `There is no function or macro ${node.name}.${suggest(node.name, callables.names)}`;
      diagnostics.error('unknown-function', message, node.at);
    }
  }
}

interface Callables {
  readonly names: ReadonlySet<string>;
  /** True if another template may bring macros of any name. */
  readonly open: boolean;
}

function callablesOf(statements: readonly Statement[], library: Library): Callables {
  const names = new Set([...library.functions.keys(), 'caller']);
  let open = false;
  for (const statement of allStatements(statements)) {
    if (statement.kind === 'macro' && statement.owner === null) names.add(statement.name);
    else if (statement.kind === 'from-import') for (const { as } of statement.names) names.add(as);
    else if (statement.kind === 'include' || statement.kind === 'extends') open = true;
    else if (statement.kind === 'import' && statement.as === null) open = true;
  }
  return { names, open };
}

function checkFilter(node: ExpressionOf<'filter'>, library: Library, diagnostics: DiagnosticList): void {
  const filter = library.filters.get(node.name);
  if (filter === undefined) {
    const message = `There is no filter ${node.name}.${suggest(node.name, library.filters.keys())}`;
    diagnostics.error('unknown-filter', message, node.at);
    return;
  }
  checkArguments(node, filter, diagnostics);
}

function checkArguments(
  node: ExpressionOf<'filter'>,
  filter: FilterDefinition,
  diagnostics: DiagnosticList,
): void {
  if (node.args.length < (filter.required ?? 0)) {
    const missing = filter.params[node.args.length] ?? 'argument';
    diagnostics.error('filter-arguments', `The filter ${node.name} needs its argument ${missing}.`, node.at);
  }
  if (filter.naming !== 'named') return;
  for (const { name, value } of node.args) {
    if (name === null || filter.params.includes(name)) continue;
    const message = `The filter ${node.name} has no argument ${name}.${suggest(name, filter.params)}`;
    diagnostics.error('filter-arguments', message, value.at);
  }
}
