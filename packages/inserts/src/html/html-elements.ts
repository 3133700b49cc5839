function named(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}

/** Elements without content. */
export const voidElements: ReadonlySet<string> = named(
  'area base br col embed hr img input link meta param source track wbr',
);

/** Blocks whose content stands on lines of its own when HTML is printed. */
export const outlinedElements: ReadonlySet<string> = named(
  'applet article aside audio blockquote body canvas caption center col colgroup dd details dir div dl dt fieldset ' +
    'figcaption figure footer form frame frameset head header hgroup hr html link listing main marquee math menu meta ' +
    'nav noframes noscript ol plaintext section svg table tbody template tfoot thead tr ul video',
);

/** Elements that stand on lines of their own. */
export const blockElements: ReadonlySet<string> = new Set([
  ...outlinedElements,
  ...named('address del h1 h2 h3 h4 h5 h6 ins li p pre script style td th title'),
]);

/** Elements that end a paragraph where they begin. */
export const paragraphEnds: ReadonlySet<string> = named(
  'address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hgroup hr li dd dt main menu nav ol p pre section summary table ul',
);

/** Parts of a table, which mean nothing outside of one. */
export const tableParts: ReadonlySet<string> = named('caption col colgroup tbody td tfoot th thead tr');

/** Elements whose text is kept with its line breaks. */
export const preformatted: ReadonlySet<string> = named('pre plaintext title textarea');
