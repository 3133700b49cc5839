import { blockElements, outlinedElements, preformatted, voidElements } from './html-elements.ts';
import type { HtmlElement, HtmlNode } from './html-tree.ts';

const body: HtmlElement = { kind: 'element', name: 'body', open: '', children: [] };
const blank = /^[\t\n\f\r ]*$/;

/** HTML of the content of a body, laid out as jsoup prints it: a line for every block, one space a level. */
export function printHtml(nodes: readonly HtmlNode[]): string {
  return printNodes(nodes, body, 0, false).trim();
}

function printNodes(nodes: readonly HtmlNode[], parent: HtmlElement, depth: number, raw: boolean): string {
  let html = '';
  nodes.forEach((node, at) => {
    const place: Place = { nodes, at, parent, depth, raw };
    if (node.kind === 'text') html += printText(node.text, place);
    else if (node.kind === 'comment')
      html += (isFirst(place) && outlinedElements.has(parent.name) ? newLine(depth) : '') + node.source;
    else html += printElement(node, place);
  });
  return html;
}

interface Place {
  readonly nodes: readonly HtmlNode[];
  readonly at: number;
  readonly parent: HtmlElement;
  readonly depth: number;
  /** True inside of preformatted text. */
  readonly raw: boolean;
}

function newLine(depth: number): string {
  return `\n${' '.repeat(Math.min(depth, 30))}`;
}

function isBlank(node: HtmlNode | undefined): boolean {
  return node?.kind === 'text' && blank.test(node.text);
}

/** True with nothing but space before. */
function isFirst({ nodes, at }: Place): boolean {
  return at === 0 || (at === 1 && isBlank(nodes[0]));
}

/** True for an element that begins a line. */
function beginsLine(node: HtmlElement, place: Place): boolean {
  const { parent, raw } = place;
  const isBlock = blockElements.has(node.name);
  if (raw || (!isBlock && !outlinedElements.has(parent.name))) return false;
  return isBlock || node.name === 'br' || isFirst(place) || !blockElements.has(parent.name);
}

function printElement(node: HtmlElement, place: Place): string {
  const { depth } = place;
  const raw = place.raw || preformatted.has(node.name);
  const start = (beginsLine(node, place) ? newLine(depth) : '') + node.open;
  if (voidElements.has(node.name)) return start;
  const content = printNodes(node.children, node, depth + 1, raw);
  const ends = node.children.length > 0 && outlinedElements.has(node.name) && !place.raw;
  return `${start}${content}${ends ? newLine(depth) : ''}</${node.name}>`;
}

function printText(text: string, place: Place): string {
  const { nodes, at, parent, depth, raw } = place;
  if (raw) return encoded(text);
  const before = nodes[at - 1];
  const next = nodes[at + 1];
  const empty = blank.test(text);
  const besideLine =
    (next?.kind === 'element' && beginsLine(next, { ...place, at: at + 1 })) ||
    isBlank(next) ||
    (before?.kind === 'element' && (blockElements.has(before.name) || before.name === 'br'));
  if (empty && besideLine) return '';
  const inBlock = blockElements.has(parent.name);
  let shown = text.replaceAll(/[\t\n\f\r ]+/g, ' ');
  if (inBlock && at === 0) shown = shown.replace(/^ /, '');
  if (inBlock && next === undefined) shown = shown.replace(/ $/, '');
  const wraps =
    (at === 0 && outlinedElements.has(parent.name) && !empty) ||
    (before?.kind === 'element' && before.name === 'br');
  return (wraps ? newLine(depth) : '') + encoded(shown);
}

function encoded(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\u00a0', '&nbsp;');
}
