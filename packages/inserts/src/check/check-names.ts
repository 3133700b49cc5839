import type { DiagnosticList } from '../diagnostic.ts';
import type { FilterDefinition, Library } from '../library.ts';
import type { ExpressionOf, Statement } from '../syntax/ast.ts';
import { allExpressions, allStatements } from '../syntax/walk.ts';
import { suggest } from './suggest.ts';

/** Reports filters, tests and functions that do not exist, and arguments that they do not take. */
export function checkNames(
  statements: readonly Statement[],
  library: Library,
  diagnostics: DiagnosticList,
): void {
  let callables: ReadonlySet<string> | null = null;
  for (const node of allExpressions(statements)) {
    if (node.kind === 'filter') checkFilter(node, library, diagnostics);
    else if (node.kind === 'test') {
      if (library.tests.has(node.name)) continue;
      const message = `There is no test ${node.name}.${suggest(node.name, library.tests.keys())}`;
      diagnostics.error('unknown-test', message, node.at);
    } else if (node.kind === 'call') {
      callables ??= new Set([...library.functions.keys(), ...macroNames(statements), 'caller']);
      if (callables.has(node.name)) continue;
      const message = `There is no function or macro ${node.name}.${suggest(node.name, callables)}`;
      diagnostics.error('unknown-function', message, node.at);
    }
  }
}

function* macroNames(statements: readonly Statement[]): Generator<string> {
  for (const statement of allStatements(statements)) {
    if (statement.kind === 'macro' && statement.owner === null) yield statement.name;
  }
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
