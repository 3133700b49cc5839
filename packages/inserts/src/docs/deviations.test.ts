import { describe, expect, it } from 'vitest';

import { createEngine } from '../index.ts';
import { deviationContext, deviationTemplates, deviations } from './deviations.ts';

function answer(template: string): string {
  const compilation = createEngine().compile(template);
  if (compilation.kind === 'invalid') return `error: ${compilation.diagnostics[0]?.code}`;
  const pass = compilation.template.render({
    context: deviationContext,
    now: 0,
    seed: '',
    templates: {
      load(name) {
        const source = deviationTemplates.get(name);
        return source === undefined ? { kind: 'absent' } : { kind: 'found', source };
      },
    },
  });
  if (pass.kind === 'rendered') return pass.text;
  return pass.kind === 'failed' ? `error: ${pass.error.code}` : pass.kind;
}

describe('deviations from Jinjava', () => {
  it.each(deviations)('$id: $template gives $ours', ({ template, ours }) => {
    expect(answer(template)).toBe(ours);
  });

  it('have names of their own', () => {
    expect(new Set(deviations.map(({ id }) => id)).size).toBe(deviations.length);
  });
});
