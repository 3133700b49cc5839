/** The separators that are told apart, in the order in which they win a tie. */
const SEPARATORS = [',', ';', '\t', '|'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** How much of a file is looked at: the same for every way in which it arrives in chunks. */
export const SNIFF_BYTES = 64 * 1024;

export type SniffOutcome =
  | {
      readonly kind: 'format';
      readonly separator: Separator;
      /** Bytes before the text: a BOM. */
      readonly skip: number;
    }
  | { readonly kind: 'refused'; readonly message: string };

/** Tells the separator from the first line that is not blank: the one that it holds most often outside quotes. */
export function sniffFormat(file: Buffer): SniffOutcome {
  const start = file.subarray(0, SNIFF_BYTES);
  if (isUtf16(start)) return { kind: 'refused', message: 'the file is UTF-16: save it as "CSV UTF-8"' };
  const skip = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
  const counts = new Map<string, number>(SEPARATORS.map((separator) => [separator, 0]));
  let quoted = false;
  let blank = true;
  for (const character of start.toString('utf8', skip)) {
    const lineBreak = character === '\n' || character === '\r';
    if (lineBreak && !quoted && !blank) break;
    blank &&= lineBreak;
    if (character === '"') quoted = !quoted;
    else if (!quoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [best] = SEPARATORS.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  return { kind: 'format', separator: best ?? ',', skip };
}

/** With its byte order mark or, as names of columns are ASCII, with a NUL in its first character. */
function isUtf16([first, second]: Buffer): boolean {
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return first === 0 || second === 0;
}
