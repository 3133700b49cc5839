export interface JsonError {
  readonly offset: number;
  readonly message: string;
}

const space = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- JSON strings must not contain control characters
const stringLiteral = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** The first place at which `text` stops being JSON; null if it is JSON. Keeps its own stack, so depth is no matter. */
export function findJsonError(text: string): JsonError | null {
  const open: ('{' | '[')[] = [];
  let at = 0;
  let wanted: 'value' | 'key' | 'value-or-end' | 'key-or-end' | 'after' = 'value';
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  for (;;) {
    match(space);
    const next = text[at];
    if (wanted === 'after') {
      const inside = open.at(-1);
      if (inside === undefined)
        return next === undefined ? null : { offset: at, message: 'text after the end' };
      if (next === undefined) return { offset: at, message: `a missing ${inside === '{' ? '}' : ']'}` };
      if (next === (inside === '{' ? '}' : ']')) open.pop();
      else if (next === ',') wanted = inside === '{' ? 'key' : 'value';
      else return { offset: at, message: `a missing , or ${inside === '{' ? '}' : ']'}` };
      at++;
      continue;
    }
    if (next === undefined) return { offset: at, message: 'a sudden end' };
    if ((wanted === 'key-or-end' && next === '}') || (wanted === 'value-or-end' && next === ']')) {
      open.pop();
      at++;
      wanted = 'after';
    } else if (wanted === 'key' || wanted === 'key-or-end') {
      if (!match(stringLiteral))
        return { offset: at, message: next === '"' ? 'a broken string' : 'a key without quotes' };
      match(space);
      if (text[at] !== ':') return { offset: at, message: 'a missing :' };
      at++;
      wanted = 'value';
    } else if (next === '{' || next === '[') {
      open.push(next);
      at++;
      wanted = next === '{' ? 'key-or-end' : 'value-or-end';
    } else if (match(stringLiteral) || match(scalar)) wanted = 'after';
    else return { offset: at, message: next === '"' ? 'a broken string' : 'a missing or unquoted value' };
  }
}
