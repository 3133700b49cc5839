import { decodeEntities } from './entities.ts';
import { voidElements } from './html-elements.ts';
import { openingTag } from './opening-tag.ts';
import { scanHtml } from './scan-html.ts';

interface HtmlElement {
  readonly kind: 'element';
  readonly name: string;
  readonly open: string;
  readonly children: HtmlNode[];
}

export type HtmlNode =
  | HtmlElement
  /** The text that is meant, without entities. */
  | { readonly kind: 'text'; text: string }
  | { readonly kind: 'comment'; readonly source: string };

const maxDepth = 200;

/** Opening tags that close an open element of the same kind. */
const closedByOwn: ReadonlySet<string> = new Set(['p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'option']);

/** The tree of a fragment of HTML. Tags that are never closed end with what they are in. */
export function parseHtml(html: string, step: (work: number) => void): HtmlNode[] {
  const root: HtmlElement = { kind: 'element', name: '', open: '', children: [] };
  const open: HtmlElement[] = [root];
  for (const { kind, name, source } of scanHtml(html, step)) {
    const parent = open.at(-1) ?? root;
    if (kind === 'text') parent.children.push({ kind: 'text', text: decodeEntities(source) });
    else if (kind === 'comment') parent.children.push({ kind: 'comment', source });
    else if (kind === 'open') {
      if (closedByOwn.has(name) && parent.name === name) open.pop();
      const element: HtmlElement = { kind: 'element', name, open: openingTag(name, source), children: [] };
      (open.at(-1) ?? root).children.push(element);
      if (!voidElements.has(name) && !source.endsWith('/>') && open.length < maxDepth) open.push(element);
    } else if (kind === 'close') {
      const at = open.findLastIndex((element) => element.name === name);
      if (at > 0) open.length = at;
    }
  }
  return root.children;
}
