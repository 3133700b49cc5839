import { parseSegment } from '@laurel/workflow';

import { engine } from '../workflows/index.ts';
import type { Condition } from './resolve-segments.ts';

export type RenderedCondition =
  | { readonly kind: 'rendered'; readonly condition: Condition }
  | { readonly kind: 'failed'; readonly reason: string };

class Unrenderable extends Error {}

/** A condition whose texts are templates: they are rendered, and what comes of them must be a condition again. */
export function renderCondition(condition: Condition, now: Date): RenderedCondition {
  try {
    const outcome = parseSegment(rendered(condition, now));
    if (outcome.kind === 'parsed') return { kind: 'rendered', condition: outcome.condition };
    return {
      kind: 'failed',
      reason: outcome.issues.map(({ field, message }) => `${field} ${message}`).join('; '),
    };
  } catch (error) {
    if (error instanceof Unrenderable) return { kind: 'failed', reason: error.message };
    throw error;
  }
}

function rendered(value: unknown, now: Date): unknown {
  if (typeof value === 'string') return /\{[{%]/.test(value) ? renderText(value, now) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => rendered(item, now));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rendered(item, now)]));
}

function renderText(source: string, now: Date): string {
  const compilation = engine.compile(source, { output: 'text' });
  if (compilation.kind === 'invalid')
    throw new Unrenderable(`"${source}": ${compilation.diagnostics[0]?.message ?? 'is no template'}`);
  const pass = compilation.template.render({
    plainData: true,
    now: now.getTime(),
    seed: source,
    context: { timestamp: now.getTime() },
  });
  switch (pass.kind) {
    case 'rendered':
      return pass.text;
    case 'needs':
      throw new Unrenderable(`"${source}": needs data, which an audience does not have`);
    case 'skipped':
      throw new Unrenderable(`"${source}": ${pass.reason.message}`);
    case 'failed':
      throw new Unrenderable(`"${source}": ${pass.error.message}`);
  }
}
