/// <reference types="node" />
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { referenceText } from './reference-text.ts';

describe('the README', () => {
  it('has the reference as the registries say it (npm run readme -w packages/inserts writes it)', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, reference] = /<!-- reference -->\n\n([\s\S]*?)\n\n<!-- end of reference -->/.exec(readme) ?? [];
    expect(reference).toBe(referenceText());
  });
});
