export interface HtmlToken {
  readonly kind: 'text' | 'open' | 'close' | 'comment';
  /** The name of a tag in lower case; '' for others. */
  readonly name: string;
  readonly source: string;
}

const tagName = /<(\/?)([a-zA-Z][^\s/>]{0,100})(?=[\s/>]|$)/y;
const rawElements: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title']);

/** No tag is longer than this; what seems to be is text. Bounds the work for quotes that are never closed. */
const longestTag = 4000;

/**
 * Cuts HTML into tags and the text between them. Never fails: what is no tag is text, and a tag that the HTML ends in
 * is nothing. `step` is called with the work.
 */
export function scanHtml(html: string, step: (work: number) => void): HtmlToken[] {
  let lower: string | null = null;
  const tokens: HtmlToken[] = [];
  let text = 0;
  const flush = (to: number): void => {
    if (to > text) tokens.push({ kind: 'text', name: '', source: html.slice(text, to) });
  };
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    const end =
      html.startsWith('<!', at) || html.startsWith('<?', at) ? commentEnd(html, at) : tagEnd(html, at, step);
    if (end === 'no tag') {
      at++;
      continue;
    }
    flush(at);
    if (end === 'cut off') return tokens;
    tokens.push(end.token);
    at = end.at;
    text = at;
    if (end.token.kind === 'open' && rawElements.has(end.token.name)) {
      lower ??= html.toLowerCase();
      const close = lower.indexOf(`</${end.token.name}`, at);
      at = close < 0 ? html.length : close;
      if (end.token.name === 'script' || end.token.name === 'style') text = at;
    }
  }
  flush(html.length);
  return tokens;
}

function commentEnd(html: string, at: number): { token: HtmlToken; at: number } {
  const isComment = html.startsWith('<!--', at);
  const close = html.indexOf(isComment ? '-->' : '>', at + 2);
  const end = close < 0 ? html.length : close + (isComment ? 3 : 1);
  return { token: { kind: 'comment', name: '', source: html.slice(at, end) }, at: end };
}

function tagEnd(
  html: string,
  at: number,
  step: (work: number) => void,
): { token: HtmlToken; at: number } | 'no tag' | 'cut off' {
  tagName.lastIndex = at;
  const found = tagName.exec(html);
  if (found === null) return 'no tag';
  const [start, slash, name = ''] = found;
  const end = closingBracket(html, at + start.length);
  step(((end < 0 ? longestTag : end - at) >> 4) + 1);
  if (end < 0) return html.length - at > longestTag ? 'no tag' : 'cut off';
  const kind = slash === '/' ? 'close' : 'open';
  return { token: { kind, name: name.toLowerCase(), source: html.slice(at, end + 1) }, at: end + 1 };
}

/** Where the tag ends whose attributes begin at `from`; -1 if it does not. */
function closingBracket(html: string, from: number): number {
  let quote = '';
  const last = Math.min(html.length, from + longestTag);
  for (let at = from; at < last; at++) {
    const character = html.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return at;
    else if (character === '"' || character === "'") quote = character;
  }
  return -1;
}
