import type { DiagnosticList } from '../diagnostic.ts';
import type { OutputContext } from '../output/output-mode.ts';
import type { Expression, Statement, StatementOf } from '../syntax/ast.ts';
import { allStatements, allWithin, blocksOf, expressionsOf } from '../syntax/walk.ts';

/** Warns of what is allowed but is rarely meant. */
export function lint(
  statements: readonly Statement[],
  source: string,
  output: OutputContext,
  diagnostics: DiagnosticList,
): void {
  for (const statement of allStatements(statements)) {
    lintStatement(statement, diagnostics);
    for (const root of expressionsOf(statement))
      for (const node of allWithin(root)) lintExpression(node, output, diagnostics);
  }
  lintDashes(source, diagnostics);
  const lineBreak = output === 'header' ? source.search(/[\r\n]/) : -1;
  if (lineBreak >= 0) {
    const message = 'A header value must not contain a line break: nothing would be sent.';
    diagnostics.warning('header-line-break', message, { start: lineBreak, end: lineBreak + 1 });
  }
  if (output === 'text' && /^\s*\{\s*"/.test(source)) {
    diagnostics.warning(
      'verbatim-json',
      'This looks like JSON but is rendered verbatim: a quote in a value breaks it. Use the JSON output.',
      { start: 0, end: 0 },
    );
  }
}

function lintStatement(statement: Statement, diagnostics: DiagnosticList): void {
  switch (statement.kind) {
    case 'for':
      if (statement.otherwiseAt !== null) {
        diagnostics.warning(
          'for-else',
          'The else of a for is rendered when there is nothing to loop over; Jinjava renders it in every turn.',
          statement.otherwiseAt,
        );
      }
      lintSetInLoop(statement.body, diagnostics);
      return;
    case 'text':
      lintSecrets(statement, diagnostics);
      return;
    case 'macro':
      lintRecursion(statement, diagnostics);
      return;
    default:
      return;
  }
}

function lintExpression(node: Expression, output: OutputContext, diagnostics: DiagnosticList): void {
  if (node.kind === 'filter' && node.name === 'render') {
    diagnostics.warning(
      'render',
      'render carries out whatever the text says: use it only for texts that nobody else can write.',
      node.at,
    );
  }
  if (node.kind === 'filter' && node.name === 'safe' && output !== 'text') {
    diagnostics.warning(
      'safe',
      `safe prints a value as it stands: it can break the ${output} around it.`,
      node.at,
    );
  }
}

/** `{% set x = x + 1 %}` in a loop, be it in an `if`, counts in the scope of the loop, which ends with it. */
function lintSetInLoop(statements: readonly Statement[], diagnostics: DiagnosticList): void {
  for (const statement of statements) {
    // an if has no scope of its own
    if (statement.kind === 'if') for (const block of blocksOf(statement)) lintSetInLoop(block, diagnostics);
    if (statement.kind !== 'set') continue;
    statement.targets.forEach(({ name, field }, at) => {
      const value = statement.values[at];
      if (field !== null || value === undefined) return;
      const readsItself = [...allWithin(value)].some((node) => node.kind === 'name' && node.name === name);
      if (!readsItself) return;
      const message = `${name} is set for this loop only; its value is not there behind it. Use namespace() to keep it.`;
      diagnostics.warning('set-in-loop', message, statement.at);
    });
  }
}

const secret = /(?:api[_-]?key|secret|password|passwd|token|bearer)["'\s:=]+([A-Za-z0-9_\-./+]{16,})/gi;

function lintSecrets(statement: StatementOf<'text'>, diagnostics: DiagnosticList): void {
  for (const found of statement.text.matchAll(secret)) {
    const value = found[1] ?? '';
    if (!/\d/.test(value) && !/[a-z][A-Z]|[A-Z][a-z]{0,2}[A-Z]/.test(value)) continue;
    const start = statement.at.start + found.index + found[0].length - value.length;
    const message =
      'This looks like a secret in plain sight. A connection keeps it where nobody can read it.';
    diagnostics.warning('secret', message, { start, end: start + value.length });
  }
}

function lintRecursion(macro: StatementOf<'macro'>, diagnostics: DiagnosticList): void {
  const calls = (statements: readonly Statement[]): boolean =>
    statements.some(
      (statement) =>
        expressionsOf(statement).some((root) =>
          [...allWithin(root)].some((node) => node.kind === 'call' && node.name === macro.name),
        ) || blocksOf(statement).some(calls),
    );
  if (macro.owner === null && calls(macro.body)) {
    diagnostics.warning(
      'macro-recursion',
      `The macro ${macro.name} calls itself, which gives an empty text.`,
      macro.at,
    );
  }
}

/** A dash on `{{ }}` is read as whitespace control and does nothing. */
function lintDashes(source: string, diagnostics: DiagnosticList): void {
  for (const found of source.matchAll(/\{\{-/g)) {
    const place = { start: found.index, end: found.index + 3 };
    diagnostics.warning(
      'expression-dash',
      'The dash of {{- does nothing: only tags trim the space around them.',
      place,
    );
  }
}
