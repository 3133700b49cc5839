import type { InsertDefinition } from '../insert-definition.ts';
import type { Statement } from '../syntax/ast.ts';
import { advance, inString } from './json-state.ts';
import type { JsonState } from './json-state.ts';

/**
 * Stands in for a value where a JSON value is expected. Where `{}` is valid every value is: it is no key, as a string
 * may be, and does not grow together with what is beside it, as a number may.
 */
const sample = '{}';

/**
 * True if a template in JSON output always gives valid JSON: everything that it prints is printed once and in order,
 * and the text around is valid with the sample in every place. Every insert prints one escaped value, so what is true
 * of the sample is true of all. Says nothing about captured or safe output; that is parsed every time.
 */
export function isAlwaysValidJson(
  statements: readonly Statement[],
  inserts: ReadonlyMap<string, InsertDefinition>,
): boolean {
  const pieces: (string | null)[] = [];
  if (!gather(statements, inserts, pieces)) return false;
  let text = '';
  let state: JsonState = 0;
  for (const piece of pieces) {
    text += piece ?? (state === inString ? 'x' : sample);
    if (piece !== null) state = advance(piece, state);
  }
  return parses(text);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // that it does not parse is the answer
    return false;
  }
}

/** Lists what is printed, null for a value; false if it is not always the same. */
function gather(
  statements: readonly Statement[],
  inserts: ReadonlyMap<string, InsertDefinition>,
  pieces: (string | null)[],
): boolean {
  return statements.every((statement) => {
    switch (statement.kind) {
      case 'text':
        pieces.push(statement.text);
        return true;
      case 'output':
        pieces.push(null);
        return true;
      case 'set':
      case 'do':
      case 'set-block':
      case 'do-block':
      case 'macro':
        return true;
      case 'insert': {
        const { body, name } = statement.use;
        if (body !== null && inserts.get(name)?.grammar.body === 'template')
          return gather(body, inserts, pieces);
        pieces.push(null);
        return true;
      }
      default:
        return false;
    }
  });
}
