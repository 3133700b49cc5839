import { blockElements, voidElements } from './html-elements.ts';
import type { HtmlNode } from './html-tree.ts';

/** HTML of a tree, with a line for every block and one space of indentation for blocks inside of blocks. */
export function printHtml(nodes: readonly HtmlNode[]): string {
  return printNodes(nodes, 0).trim();
}

function isBlock(node: HtmlNode): boolean {
  return node.kind === 'element' && blockElements.has(node.name);
}

function printNodes(nodes: readonly HtmlNode[], depth: number): string {
  let html = '';
  for (const node of nodes) {
    if (node.kind === 'text') {
      const text = node.text.replaceAll(/\s+/g, ' ');
      if (text !== ' ' || (html !== '' && !html.endsWith('\n'))) html += text;
      continue;
    }
    const inner = voidElements.has(node.name) ? '' : `${printNodes(node.children, depth + 1)}</${node.name}>`;
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
