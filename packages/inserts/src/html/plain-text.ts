import { decodeEntities } from './entities.ts';
import { blockElements } from './html-elements.ts';
import { scanHtml } from './scan-html.ts';

const space = /[\s\u200b]+/g;

/** The text of HTML without its tags, blocks set apart by spaces, runs of space as one. */
export function plainText(html: string, step: (work: number) => void): string {
  let text = '';
  for (const token of scanHtml(html, step)) {
    if (token.kind === 'text') text += decodeEntities(token.source);
    else if (token.name === 'br' || blockElements.has(token.name)) text += ' ';
  }
  return text.replaceAll(space, ' ').trim();
}
