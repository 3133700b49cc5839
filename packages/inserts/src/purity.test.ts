/// <reference types="node" />
import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const here = new URL('.', import.meta.url);
const sources = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('attacks'),
);

describe('the source', () => {
  it.each(sources)('%s imports only its own files and nothing of Node', (name) => {
    const text = readFileSync(new URL(name, here), 'utf8');
    const imports = /^(?:import\b[^;'"]*|export(?: type)? (?:\{[^}]*\}|\*)[^;'"]*)'([^']+)'/gm;
    const imported = Array.from(text.matchAll(imports), ([, path]) => path ?? '');
    expect(imported.length).toBe(text.match(/^(?:(?:import|export)\b.*|\}) from '[^']+';$/gm)?.length ?? 0);
    expect(imported.filter((path) => !path.startsWith('./') && !path.startsWith('../'))).toEqual([]);
    expect(text).not.toMatch(/\b(?:eval|Function|process|Buffer|require|globalThis|setTimeout)\s*[(.]/);
  });
});
