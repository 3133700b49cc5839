/** A part of a date format: text, a field by its letter and how often it stands there, or a style of the locale. */
export type DatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly letter: string; readonly width: number }
  | { readonly kind: 'local'; readonly styles: Pick<Intl.DateTimeFormatOptions, 'dateStyle' | 'timeStyle'> };

/** How often each letter of a Java pattern may stand in a row. */
const widths: ReadonlyMap<string, (width: number) => boolean> = new Map([
  ...each('GMLQqEeXxZ', (width) => width <= 5),
  ...each('dhHkKmsw', (width) => width <= 2),
  ...each('aFW', (width) => width === 1),
  ...each('uyYnNAg', (width) => width <= 19),
  ...each('vO', (width) => width === 1 || width === 4),
  ...each('c', (width) => width <= 5 && width !== 2),
  ...each('D', (width) => width <= 3),
  ...each('S', (width) => width <= 9),
  ...each('V', (width) => width === 2),
  ...each('z', (width) => width <= 4),
]);

function each(letters: string, test: (width: number) => boolean): [string, (width: number) => boolean][] {
  return Array.from(letters, (letter) => [letter, test]);
}

/** The parts of a Java date pattern such as `yyyy-MM-dd'T'HH:mm`; undefined if it is none. */
export function parseDatePattern(pattern: string): DatePart[] | undefined {
  const parts: DatePart[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === "'") {
      const end = closingQuote(pattern, at + 1);
      if (end < 0) return undefined;
      const quoted = pattern.slice(at + 1, end).replaceAll("''", "'");
      parts.push({ kind: 'text', text: quoted === '' ? "'" : quoted });
      at = end + 1;
    } else if (/[A-Za-z]/.test(character)) {
      let end = at;
      while (pattern.charAt(end) === character) end++;
      if (widths.get(character)?.(end - at) !== true) return undefined;
      parts.push({ kind: 'field', letter: character, width: end - at });
      at = end;
    } else if (character === '{' || character === '}' || character === '#') return undefined;
    else {
      if (character !== '[' && character !== ']') parts.push({ kind: 'text', text: character });
      at++;
    }
  }
  return parts;
}

function closingQuote(pattern: string, from: number): number {
  for (let at = from; at < pattern.length; at++) {
    if (pattern.charAt(at) !== "'") continue;
    if (pattern.charAt(at + 1) !== "'") return at;
    at++;
  }
  return -1;
}
