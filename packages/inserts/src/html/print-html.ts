import { blockElements, voidElements } from './html-elements.ts';
import type { HtmlNode } from './html-tree.ts';

/** HTML of a tree, with a line for every block and one space of indentation for blocks inside of blocks. */
export function printHtml(nodes: readonly HtmlNode[]): string {
  return printNodes(nodes, 0).trim();
}

function isBlock(node: HtmlNode): boolean {
  return node.kind === 'element' && blockElements.has(node.name);
}

function encoded(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\u00a0', '&nbsp;');
}

function printNodes(nodes: readonly HtmlNode[], depth: number): string {
  let html = '';
  for (const node of nodes) {
    if (node.kind === 'comment') {
      html += node.source;
      continue;
    }
    if (node.kind === 'text') {
      const text = encoded(node.text.replaceAll(/[\t\n\f\r ]+/g, ' '));
      if (text !== ' ' || (html !== '' && !html.endsWith('\n'))) html += text;
      continue;
    }
    const content = printNodes(node.children, depth + 1);
    const shown = isBlock(node) ? content.trimEnd() : content;
    const inner = voidElements.has(node.name) ? '' : `${shown}</${node.name}>`;
    if (!isBlock(node)) {
      html += node.open + inner;
      continue;
    }
    html = `${html.trimEnd()}${html.trim() === '' && depth === 0 ? '' : '\n'}${' '.repeat(depth)}${node.open}`;
    const closes = node.children.some(isBlock)
      ? inner.replace(/\s*(<\/[^>]*>)$/, `\n${' '.repeat(depth)}$1`)
      : inner;
    html += `${closes}\n`;
  }
  return html;
}
