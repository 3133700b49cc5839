import { scanTemplate } from '../syntax/template-scanner.ts';

/** A member of an object as it stands in the text of a JSON template. Offsets are of the template. */
export interface SourceMember {
  /** The keys from the outermost object to this member. */
  readonly path: readonly string[];
  readonly keyStart: number;
  readonly valueEnd: number;
  /** The comma before the member; -1 for the first of its object. */
  readonly comma: number;
  /** Just behind the brace that closes the object with this member. */
  readonly objectEnd: number;
}

interface OpenObject {
  readonly isObject: boolean;
  readonly members: { path: string[]; keyStart: number; valueEnd: number; comma: number }[];
  key: { text: string; start: number; comma: number } | null;
  comma: number;
}

/**
 * The members of all objects in a JSON template whose inserts stand for values or parts of strings. Empty for a
 * template that cannot be read this way.
 */
export function outlineJson(source: string): SourceMember[] {
  const masked = maskInserts(source);
  return masked === undefined ? [] : new Outliner(masked).members();
}

/** The template with every insert as `x`es of the same length, so that offsets stay. */
function maskInserts(source: string): string | undefined {
  let broken = false;
  const segments = scanTemplate(source, () => {
    broken = true;
  });
  if (broken) return undefined;
  let masked = '';
  for (const segment of segments) {
    if (segment.kind === 'text') continue;
    masked += source.slice(masked.length, segment.start) + 'x'.repeat(segment.end - segment.start);
  }
  return masked + source.slice(masked.length);
}

class Outliner {
  readonly #text: string;
  readonly #open: OpenObject[] = [];
  readonly #done: SourceMember[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  members(): SourceMember[] {
    const token = /"(?:[^"\\]|\\[\s\S])*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;
    for (const found of this.#text.matchAll(token)) this.#token(found[0], found.index);
    return this.#done;
  }

  #token(token: string, at: number): void {
    const inside = this.#open.at(-1);
    const end = at + token.length;
    if (token === '{' || token === '[') {
      this.#open.push({ isObject: token === '{', members: [], key: null, comma: -1 });
    } else if (token === '}' || token === ']') {
      this.#close(end);
    } else if (token === ',') {
      if (inside !== undefined) inside.comma = at;
    } else if (token === ':' || inside === undefined) return;
    else if (inside.isObject && inside.key === null) {
      inside.key = { text: token.replaceAll('"', ''), start: at, comma: inside.comma };
    } else this.#valueEnds(end);
  }

  /** The value of the current key, if there is one, ends at `end`. */
  #valueEnds(end: number): void {
    const inside = this.#open.at(-1);
    if (inside?.key === null || inside === undefined) return;
    const keys = this.#open.map((open) => open.key?.text).filter((key) => key !== undefined);
    const { start: keyStart, comma } = inside.key;
    inside.members.push({ path: keys, keyStart, valueEnd: end, comma });
    inside.key = null;
  }

  #close(end: number): void {
    const closed = this.#open.pop();
    for (const member of closed?.members ?? []) this.#done.push({ ...member, objectEnd: end });
    this.#valueEnds(end);
  }
}
