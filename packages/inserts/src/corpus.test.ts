/// <reference types="node" />
import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { knownDifferences } from './corpus-differences.ts';
import { deviations } from './docs/deviations.ts';
import { parseJson } from './json/parse-json.ts';
import { recordedAnswer } from './testing.ts';
import { Dict } from './values/dict.ts';
import { print } from './values/print.ts';
import type { Value } from './values/value.ts';

/** Cases recorded from real Jinjava; they are not part of this repository. JINJAVA_CORPUS names another file of them. */
const corpus =
  process.env['JINJAVA_CORPUS'] ?? new URL('../../../../shared/corpora/jinjava.jsonl', import.meta.url);

interface Case {
  readonly name: string;
  readonly kind: 'template' | 'expression';
  readonly template: string;
  readonly context: Dict;
  readonly expected: string;
}

const noLimit = { step: () => undefined, checkString: () => undefined, charge: () => undefined };

/** The engine's own JSON parser, since JSON.parse would make 8 of 8.0. */
function parseCase(line: string): Case {
  const parsed = parseJson(line, noLimit.step);
  if (parsed.kind === 'invalid' || !(parsed.value instanceof Dict))
    throw new Error(`no case: ${line.slice(0, 80)}`);
  const text = (key: string): string =>
    print(parsed.value instanceof Dict ? parsed.value.get(key) : null, noLimit);
  const context: Value = parsed.value.get('context');
  return {
    name: text('name'),
    kind: text('kind') === 'expression' ? 'expression' : 'template',
    template: text('template'),
    context: context instanceof Dict ? context : new Dict(),
    expected: text('expected'),
  };
}

function answer({ kind, template, context }: Case): string {
  const source = kind === 'template' ? template : `{{ ${template} }}`;
  return recordedAnswer(source, Object.fromEntries(context.asMap()));
}

describe.skipIf(!existsSync(corpus))(
  'cases of real Jinjava (skipped where ../shared/corpora is absent)',
  () => {
    const cases = existsSync(corpus) ? readFileSync(corpus, 'utf8').trim().split('\n').map(parseCase) : [];
    const different = cases.filter((one) => answer(one) !== one.expected);

    it('gives at least 97 % of the answers', () => {
      expect(cases.length).toBeGreaterThan(600);
      expect(different.length / cases.length).toBeLessThanOrEqual(0.03);
    });

    it('differs only where a deviation is listed', () => {
      const ids = new Set(deviations.map(({ id }) => id));
      for (const id of knownDifferences.values()) expect(ids).toContain(id);
      const unexplained = different.filter((one) => !knownDifferences.has(one.template));
      expect(
        unexplained.map((one) => ({ template: one.template, expected: one.expected, ours: answer(one) })),
      ).toEqual([]);
    });
  },
);
