export interface HtmlToken {
  readonly kind: 'text' | 'open' | 'close' | 'comment';
  /** The name of a tag in lower case; '' for others. */
  readonly name: string;
  readonly source: string;
}

const tag = /<(\/?)([a-zA-Z][^\s/>]*)(?:"[^"]*"|'[^']*'|[^'">])*>/y;
const rawElements: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title']);

/** Cuts HTML into tags and the text between them. Never fails: what is no tag is text. */
export function scanHtml(html: string): HtmlToken[] {
  const tokens: HtmlToken[] = [];
  let text = 0;
  const flush = (to: number): void => {
    if (to > text) tokens.push({ kind: 'text', name: '', source: html.slice(text, to) });
  };
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    const end =
      html.startsWith('<!', at) || html.startsWith('<?', at) ? commentEnd(html, at) : tagEnd(html, at);
    if (end === undefined) {
      at++;
      continue;
    }
    flush(at);
    tokens.push(end.token);
    at = end.at;
    text = at;
    if (end.token.kind === 'open' && rawElements.has(end.token.name)) {
      const close = html.toLowerCase().indexOf(`</${end.token.name}`, at);
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

function tagEnd(html: string, at: number): { token: HtmlToken; at: number } | undefined {
  tag.lastIndex = at;
  const found = tag.exec(html);
  if (found === null) return undefined;
  const [source, slash, name = ''] = found;
  return {
    token: { kind: slash === '/' ? 'close' : 'open', name: name.toLowerCase(), source },
    at: at + source.length,
  };
}
