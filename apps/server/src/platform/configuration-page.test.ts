import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, it } from 'vitest';

import { configurationPage } from './configuration-page.ts';

it('is what docs/operations/configuration.md says', () => {
  const file = path.resolve(import.meta.dirname, '../../../../docs/operations/configuration.md');
  expect(readFileSync(file, 'utf8')).toBe(configurationPage());
});
