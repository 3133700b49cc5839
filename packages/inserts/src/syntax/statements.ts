import type { Branch, Expression, Parameter, SetTarget, Statement } from './ast.ts';
import type { ExpressionParser } from './expression-parser.ts';
import { parseBlock, parseExtends, parseFrom, parseImport, parseInclude } from './loading-statements.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { asWritten, expressionsIn, nothing, recover, wholeExpression } from './tag.ts';
import type { Block, StatementContext, Tag } from './tag.ts';

type StatementParser = (c: StatementContext, tag: Tag) => Statement | null;

/** The statements of the language by the name of their tag. */
export const statementParsers: ReadonlyMap<string, StatementParser> = new Map<string, StatementParser>([
  ['if', parseIf],
  ['unless', parseIf],
  ['for', parseFor],
  ['set', parseSet],
  ['do', parseDo],
  ['macro', parseMacro],
  ['call', parseCall],
  ['print', (c, tag) => ({ kind: 'output', at: tag.at, value: wholeExpression(c, tag) })],
  ['raw', parseRaw],
  ['cycle', parseCycle],
  ['ifchanged', parseIfChanged],
  ['autoescape', parseAutoescape],
  ['include', parseInclude],
  ['import', parseImport],
  ['from', parseFrom],
  ['extends', parseExtends],
  ['block', parseBlock],
  ['break', (_, tag) => ({ kind: 'break', at: tag.at })],
  ['continue', (_, tag) => ({ kind: 'continue', at: tag.at })],
]);

function parseIf(c: StatementContext, tag: Tag): Statement {
  const condition = wholeExpression(c, tag);
  const test: Expression =
    tag.name === 'unless'
      ? { kind: 'unary', at: condition.at, operator: 'not', operand: condition }
      : condition;
  const ends = ['elif', 'else', `end${tag.name}`];
  let block = c.block(tag, ends);
  const branches: Branch[] = [{ at: tag.at, test, body: block.body }];
  let otherwise: readonly Statement[] | null = null;
  while (block.end !== null && block.end.name !== ends[2]) {
    const part: Tag = block.end;
    const partTest = part.name === 'elif' ? wholeExpression(c, part) : null;
    block = c.block(tag, ends);
    if (partTest !== null) {
      // what follows an else is never reached
      if (otherwise === null) branches.push({ at: part.at, test: partTest, body: block.body });
    } else if (otherwise === null) otherwise = block.body;
    else c.diagnostics.warning('second-else', 'Only the first else of a block is used.', part.at);
  }
  return { kind: 'if', at: tag.at, branches, otherwise };
}

function parseFor(c: StatementContext, tag: Tag): Statement {
  const { variables, source } = recover(c, { variables: [], source: nothing(tag.at) }, () =>
    loopHead(c, tag),
  );
  const main = c.block(tag, ['else', 'endfor']);
  let otherwise: Block | null = null;
  if (main.end?.name === 'else') otherwise = c.block(tag, ['endfor']);
  return {
    kind: 'for',
    at: tag.at,
    variables,
    source,
    body: main.body,
    otherwise: otherwise?.body ?? null,
    otherwiseAt: otherwise === null ? null : (main.end?.at ?? null),
  };
}

function loopHead(c: StatementContext, tag: Tag): { variables: string[]; source: Expression } {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const { cursor } = parser;
  const variables: string[] = [];
  const parenthesised = cursor.takeOperator('(');
  do variables.push(cursor.expectName('a variable').text);
  while (cursor.takeOperator(',') || (cursor.peek().kind === 'name' && !cursor.isWord('in')));
  if (parenthesised) cursor.expectOperator(')');
  if (!cursor.take('name', 'in')) cursor.refuse('in');
  const source = parser.expression();
  cursor.expectEnd();
  return { variables, source };
}

function setTarget(parser: ExpressionParser): SetTarget {
  const name = parser.cursor.expectName('the name of a variable').text;
  if (!parser.cursor.takeOperator('.')) return { name, field: null };
  let field = parser.cursor.expectName('the name of a field').text;
  while (parser.cursor.takeOperator('.')) field += `.${parser.cursor.expectName('the name of a field').text}`;
  return { name, field };
}

function parseSet(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const { cursor } = parser;
  const targets = [setTarget(parser)];
  while (cursor.takeOperator(',')) targets.push(setTarget(parser));
  if (cursor.takeOperator('=')) {
    const values = [parser.expression()];
    while (cursor.takeOperator(',') && !cursor.done) values.push(parser.expression());
    cursor.expectEnd();
    if (targets.length > 1 && targets.length !== values.length) {
      throw new SyntaxProblem(
        'set-count',
        `${targets.length} variables need as many values, not ${values.length}.`,
        tag.at,
      );
    }
    return { kind: 'set', at: tag.at, targets, values };
  }
  const [target] = targets;
  if (targets.length !== 1 || target === undefined) return cursor.refuse('=');
  let filtered: Expression | null = null;
  if (cursor.isOperator('|')) {
    const whole = expressionsIn(c, tag.argsStart, tag.argsEnd);
    filtered = whole.expression();
    whole.cursor.expectEnd();
  } else cursor.expectEnd();
  return { kind: 'set-block', at: tag.at, target, filtered, body: c.block(tag, ['endset']).body };
}

function parseDo(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  if (parser.cursor.done) return { kind: 'do-block', at: tag.at, body: c.block(tag, ['enddo']).body };
  return { kind: 'do', at: tag.at, value: wholeExpression(c, tag) };
}

function parseMacro(c: StatementContext, tag: Tag): Statement {
  const head = recover(c, null, () => macroHead(expressionsIn(c, tag.argsStart, tag.argsEnd)));
  const { body } = c.block(tag, ['endmacro']);
  const { owner, name, parameters } = head ?? { owner: null, name: '', parameters: [] };
  return { kind: 'macro', at: tag.at, owner, name, parameters, body };
}

function macroHead(parser: ExpressionParser): {
  owner: string | null;
  name: string;
  parameters: Parameter[];
} {
  const { cursor } = parser;
  let name = cursor.expectName('the name of the macro').text;
  let owner: string | null = null;
  if (cursor.takeOperator('.')) {
    owner = name;
    name = cursor.expectName('the name of the macro').text;
  }
  const parameters: Parameter[] = [];
  cursor.expectOperator('(');
  while (!cursor.isOperator(')')) {
    const parameter = cursor.expectName('a parameter').text;
    parameters.push({ name: parameter, fallback: cursor.takeOperator('=') ? parser.expression() : null });
    if (!cursor.takeOperator(',')) break;
  }
  cursor.expectOperator(')');
  return { owner, name, parameters };
}

function parseCall(c: StatementContext, tag: Tag): Statement {
  const call = wholeExpression(c, tag);
  return { kind: 'call-block', at: tag.at, call, body: c.block(tag, ['endcall']).body };
}

function parseRaw(c: StatementContext, tag: Tag): Statement | null {
  // the scanner made one text of everything up to the end tag
  const { body } = c.block(tag, ['endraw']);
  return body[0] ?? null;
}

function parseCycle(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const { cursor } = parser;
  const values = [cycleValue(parser, c)];
  while (cursor.takeOperator(',')) values.push(cycleValue(parser, c));
  const as = cursor.take('name', 'as') ? cursor.expectName('a variable').text : null;
  cursor.expectEnd();
  return { kind: 'cycle', at: tag.at, values, as };
}

/** As in Jinjava what is no literal and no known variable prints as it is written, `{{ x }}` included. */
function cycleValue(parser: ExpressionParser, c: StatementContext): Expression {
  const { cursor } = parser;
  const first = cursor.peek();
  if (!cursor.isOperator('{') || !cursor.isOperator('{', 1)) return asWritten(parser.expression(), c);
  while (!cursor.done && !(cursor.isOperator('}') && cursor.isOperator('}', 1))) cursor.next();
  cursor.expectOperator('}');
  const { end } = cursor.expectOperator('}');
  return {
    kind: 'literal',
    at: c.map.span(first.start, end),
    value: c.map.source.slice(first.start, end),
  };
}

function parseIfChanged(c: StatementContext, tag: Tag): Statement {
  const value = wholeExpression(c, tag);
  const key = c.map.source.slice(tag.argsStart, tag.argsEnd).trim();
  return { kind: 'ifchanged', at: tag.at, key, value, body: c.block(tag, ['endifchanged']).body };
}

function parseAutoescape(c: StatementContext, tag: Tag): Statement {
  const word = c.map.source.slice(tag.argsStart, tag.argsEnd).trim().toLowerCase();
  const on =
    word === '' || word === 'true' || word === 'on' || word === 'yes' || word === 't' || word === 'y';
  return { kind: 'autoescape', at: tag.at, on, body: c.block(tag, ['endautoescape']).body };
}
