/** The separators that are told apart, in the order in which they win a tie. */
const SEPARATORS = [',', ';', '\t', '|'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** How much of a file is looked at. A header row longer than this is refused by the parser anyway. */
export const SNIFF_BYTES = 64 * 1024;

export type SniffOutcome =
  | { readonly kind: 'format'; readonly separator: Separator }
  | { readonly kind: 'refused'; readonly message: string };

/** Tells the separator from the first record: the one that it holds most often outside quotes. */
export function sniffFormat(start: Buffer): SniffOutcome {
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    return { kind: 'refused', message: 'the file is UTF-16: save it as "CSV UTF-8"' };
  }
  const counts = new Map<string, number>(SEPARATORS.map((separator) => [separator, 0]));
  let quoted = false;
  for (const character of start.toString('utf8')) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [best] = SEPARATORS.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  return { kind: 'format', separator: best ?? ',' };
}
