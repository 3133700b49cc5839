import { decodeEntities } from './entities.ts';
import { paragraphEnds, tableParts, voidElements } from './html-elements.ts';
import { openingTag } from './opening-tag.ts';
import { scanHtml } from './scan-html.ts';
import type { HtmlToken } from './scan-html.ts';

export interface HtmlElement {
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

/** What an opening tag closes if it is open, and within what it looks for it. */
const closes: ReadonlyMap<string, { readonly names: readonly string[]; readonly within: readonly string[] }> =
  new Map([
    ['li', { names: ['li'], within: ['ul', 'ol', 'menu', 'table'] }],
    ['dt', { names: ['dt', 'dd'], within: ['dl', 'table'] }],
    ['dd', { names: ['dt', 'dd'], within: ['dl', 'table'] }],
    ['a', { names: ['a'], within: ['table', 'td', 'th', 'button'] }],
    ['option', { names: ['option'], within: ['select'] }],
    ['td', { names: ['td', 'th'], within: ['tr', 'table'] }],
    ['th', { names: ['td', 'th'], within: ['tr', 'table'] }],
    ['tr', { names: ['tr'], within: ['table'] }],
    ['tbody', { names: ['tbody', 'thead', 'tfoot'], within: ['table'] }],
    ['thead', { names: ['tbody', 'thead', 'tfoot'], within: ['table'] }],
    ['tfoot', { names: ['tbody', 'thead', 'tfoot'], within: ['table'] }],
  ]);

/** Where the end of a paragraph is not looked for any further out. */
const paragraphWalls: readonly string[] = ['table', 'td', 'th', 'caption', 'button'];

/** The tree of a fragment of HTML. Tags that are never closed end with what they are in. */
export function parseHtml(html: string, step: (work: number) => void): HtmlNode[] {
  const builder = new TreeBuilder();
  for (const token of scanHtml(html, step)) builder.add(token);
  return builder.root.children;
}

class TreeBuilder {
  readonly root: HtmlElement = { kind: 'element', name: '', open: '', children: [] };
  readonly #open: HtmlElement[] = [this.root];
  /** How many elements of each name are open: most that is looked for is not, and depth must cost nothing. */
  readonly #counts = new Map<string, number>();

  add({ kind, name, source }: HtmlToken): void {
    if (kind === 'text') this.#inside.children.push({ kind: 'text', text: decodeEntities(source) });
    else if (kind === 'comment') this.#inside.children.push({ kind: 'comment', source });
    else if (kind === 'open') this.#start(name, source);
    else if (!this.#end([name], []) && name === 'p') {
      // as in a browser the end of no paragraph is an empty one
      this.#inside.children.push({ kind: 'element', name: 'p', open: '<p>', children: [] });
    }
  }

  get #inside(): HtmlElement {
    return this.#open.at(-1) ?? this.root;
  }

  #start(name: string, source: string): void {
    if (tableParts.has(name) && !this.#isOpen('table')) return;
    if (paragraphEnds.has(name)) this.#end(['p'], paragraphWalls);
    const rule = closes.get(name);
    if (rule !== undefined) this.#end(rule.names, rule.within);
    if (/^h[1-6]$/.test(name) && /^h[1-6]$/.test(this.#inside.name)) this.#pop();
    if (name === 'tr' && this.#inside.name === 'table') this.#push('tbody', '<tbody>');
    if (name === 'td' || name === 'th') {
      if (this.#inside.name === 'table') this.#push('tbody', '<tbody>');
      if (/^t(?:body|head|foot)$/.test(this.#inside.name)) this.#push('tr', '<tr>');
    }
    this.#push(name, openingTag(name, source));
  }

  #push(name: string, open: string): void {
    const element: HtmlElement = { kind: 'element', name, open, children: [] };
    this.#inside.children.push(element);
    if (voidElements.has(name) || this.#open.length >= maxDepth) return;
    this.#open.push(element);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #pop(): void {
    const { name } = this.#open.pop() ?? this.root;
    this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
  }

  #isOpen(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }

  /** Closes the innermost open element of one of these names, and all in it; none beyond `within`. False if there is none. */
  #end(names: readonly string[], within: readonly string[]): boolean {
    if (!names.some((name) => this.#isOpen(name))) return false;
    for (let at = this.#open.length - 1; at > 0; at--) {
      const { name } = this.#open[at] ?? this.root;
      if (names.includes(name)) {
        while (this.#open.length > at) this.#pop();
        return true;
      }
      if (within.includes(name)) return false;
    }
    return false;
  }
}
