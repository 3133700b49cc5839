import { beforeLastWord } from '../filters/truncate-text.ts';
import { voidElements } from './html-elements.ts';
import { parseHtml } from './html-tree.ts';
import type { HtmlNode } from './html-tree.ts';
import { printHtml } from './print-html.ts';

/** Cuts the text of HTML to `length` characters and leaves every tag closed; elements left without text go. */
export function truncateHtml(
  html: string,
  length: number,
  end: string,
  breaksWords: boolean,
  step: (work: number) => void,
): string {
  const tree = parseHtml(html, step);
  let left = length;
  const cut = (nodes: readonly HtmlNode[]): void => {
    for (const node of nodes) {
      if (node.kind === 'element') cut(node.children);
      else if (node.kind === 'text') {
        const text = node.text.replaceAll(/[\t\n\f\r ]+/g, ' ');
        if (left <= 0) node.text = '';
        else if (text.length > left) {
          const at = breaksWords ? left : beforeLastWord(left, text) - 1;
          node.text = text.slice(0, Math.max(0, at)) + end;
          left = 0;
        } else left -= text.length;
      }
    }
  };
  cut(tree);
  const kept = withText(tree);
  return kept.every((node) => node.kind === 'comment') ? '' : printHtml(kept);
}

function withText(nodes: readonly HtmlNode[]): HtmlNode[] {
  return nodes.flatMap((node): HtmlNode[] => {
    if (node.kind !== 'element') return [node];
    const children = withText(node.children);
    const hasText = children.some(
      (child) => child.kind === 'element' || (child.kind === 'text' && child.text.trim() !== ''),
    );
    return hasText && !voidElements.has(node.name) ? [{ ...node, children }] : [];
  });
}
