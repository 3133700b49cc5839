import { decodeEntities } from './entities.ts';

const attribute = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g;

/** An opening tag as HTML parsers write it: small letters, values in double quotes, each attribute once. */
export function openingTag(name: string, source: string): string {
  const attributes = new Map<string, string | null>();
  for (const [, key = '', double, single, bare] of source.slice(name.length + 1, -1).matchAll(attribute)) {
    const value = double ?? single ?? bare ?? null;
    if (!attributes.has(key.toLowerCase())) attributes.set(key.toLowerCase(), value);
  }
  let tag = `<${name}`;
  for (const [key, value] of attributes) tag += value === null ? ` ${key}` : ` ${key}="${encoded(value)}"`;
  return `${tag}>`;
}

function encoded(value: string): string {
  return decodeEntities(value)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('\u00a0', '&nbsp;');
}
