import type { Expression, ImportedName, Statement } from './ast.ts';
import type { ExpressionParser } from './expression-parser.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { asWritten, expressionsIn, recover } from './tag.ts';
import type { StatementContext, Tag } from './tag.ts';

/** The name of a template: a text, a variable, or else the word as it is written. */
function templateName(parser: ExpressionParser, c: StatementContext, tag: Tag): Expression {
  const { cursor } = parser;
  if (cursor.done) {
    throw new SyntaxProblem('template-name', `{% ${tag.written} %} needs the name of a template.`, tag.at);
  }
  return asWritten(parser.value(), c);
}

export function parseInclude(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const path = templateName(parser, c, tag);
  parser.cursor.expectEnd();
  return { kind: 'include', at: tag.at, path };
}

export function parseExtends(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const path = templateName(parser, c, tag);
  parser.cursor.expectEnd();
  return { kind: 'extends', at: tag.at, path };
}

/** `{% import 'x' %}` and `{% import 'x' as y %}`. */
export function parseImport(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const { cursor } = parser;
  const path = templateName(parser, c, tag);
  const as = cursor.take('name', 'as') ? cursor.expectName('a variable').text : null;
  cursor.expectEnd();
  return { kind: 'import', at: tag.at, path, as };
}

/** `{% from 'x' import a, b as c %}`. */
export function parseFrom(c: StatementContext, tag: Tag): Statement {
  const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  const { cursor } = parser;
  const path = templateName(parser, c, tag);
  if (!cursor.take('name', 'import')) cursor.refuse('import');
  const names: ImportedName[] = [];
  do {
    const name = cursor.expectName('the name of a macro or variable').text;
    names.push({ name, as: cursor.take('name', 'as') ? cursor.expectName('a name').text : name });
  } while (cursor.takeOperator(','));
  cursor.expectEnd();
  return { kind: 'from-import', at: tag.at, path, names };
}

/** `{% block name %}…{% endblock name %}`; the name at the end is not looked at, as in Jinjava. */
export function parseBlock(c: StatementContext, tag: Tag): Statement {
  const name = recover(c, '', () => {
    const { cursor } = expressionsIn(c, tag.argsStart, tag.argsEnd);
    const first = cursor.peek();
    const text =
      first.kind === 'string' ? cursor.next().text : cursor.expectName('the name of the block').text;
    cursor.expectEnd();
    return text;
  });
  return { kind: 'block', at: tag.at, name, body: c.block(tag, ['endblock']).body };
}
