/// <reference types="node" />
import { readFileSync, writeFileSync } from 'node:fs';

import { referenceText } from '../src/docs/reference-text.ts';

const readme = new URL('../README.md', import.meta.url);
const text = readFileSync(readme, 'utf8');
const marked = /<!-- reference -->[\s\S]*<!-- end of reference -->/;
if (!marked.test(text)) throw new Error('README.md has no place for the reference');
writeFileSync(
  readme,
  text.replace(marked, () => `<!-- reference -->\n\n${referenceText()}\n\n<!-- end of reference -->`),
);
