import { blockElements, preformatted } from './html-elements.ts';
import { parseHtml } from './html-tree.ts';
import type { HtmlNode } from './html-tree.ts';

const space = /[\s\u200b]+/g;

/** The text of HTML without its tags, blocks set apart by spaces, runs of space as one. */
export function plainText(html: string, step: (work: number) => void): string {
  return textOf(parseHtml(html, step)).replaceAll(space, ' ').trim();
}

function textOf(nodes: readonly HtmlNode[]): string {
  let text = '';
  for (const node of nodes) {
    if (node.kind === 'text') text += node.text;
    if (node.kind !== 'element') continue;
    const apart = node.name === 'br' || (blockElements.has(node.name) && !preformatted.has(node.name));
    const inner = textOf(node.children);
    text += apart ? ` ${inner} ` : inner;
  }
  return text;
}
