import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addCounts, countsOf, NO_COUNTS } from './counters.ts';
import { definitionSchema } from './definition.ts';
import type { Definition } from './definition.ts';
import { settleStep, startRun } from './interpreter.ts';
import type { RunChange, StepResult } from './interpreter.ts';
import { sampleDefinition } from './sample-definition.ts';

const definition = definitionSchema.parse(sampleDefinition());
const kinds = (change: RunChange) => change.steps.map(({ kind, node }) => `${kind} ${node.id}`);

describe('a run', () => {
  it('goes from the trigger to the first node that the host executes', () => {
    const change = startRun(definition, 'acquired');
    expect(kinds(change)).toEqual(['passed acquired', 'entered issue']);
    expect(change.fate).toEqual({ state: 'running' });
  });

  it.each(['succeeded', 'failed'] as const)('goes on to the end after a step that %s', (outcome) => {
    const change = settleStep(definition, 'issue', { outcome });
    expect(kinds(change)).toEqual(['settled issue', 'passed end']);
    expect(change.fate).toEqual({ state: 'finished' });
  });

  it('stops at a step that was skipped, with the reason', () => {
    const change = settleStep(definition, 'issue', {
      outcome: 'skipped',
      reason: 'the profile has no e-mail',
    });
    expect(kinds(change)).toEqual(['settled issue']);
    expect(change.fate).toEqual({ state: 'skipped', reason: 'the profile has no e-mail' });
  });

  it('fails at a step that could not be processed, without having executed it', () => {
    const change = settleStep(definition, 'issue', { outcome: 'broken', reason: 'the body is not JSON' });
    expect(change.fate).toEqual({ state: 'failed', reason: 'the body is not JSON' });
    expect(change.steps.map(countsOf)).toEqual([{ ...NO_COUNTS, failed: 1 }]);
  });

  it('counts every node of any chain exactly once, whatever its steps come to', () => {
    const results = fc.array(
      fc.oneof(
        fc.record({ outcome: fc.constantFrom('succeeded' as const, 'failed' as const) }),
        fc.record({ outcome: fc.constant('skipped' as const), reason: fc.string() }),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(results, (chain) => {
        const counts = countChain(chainOf(chain.length), chain);
        const skippedAt = chain.findIndex(({ outcome }) => outcome === 'skipped');
        const reached = skippedAt === -1 ? chain.length : skippedAt + 1;
        chain.forEach((result, index) => {
          const expected = index < reached ? 1 : 0;
          expect(counts.get(`step${index}`)?.entered ?? 0).toBe(expected);
          expect(counts.get(`step${index}`)?.[result.outcome] ?? 0).toBe(expected);
        });
        expect(counts.get('end')?.executed ?? 0).toBe(skippedAt === -1 ? 1 : 0);
      }),
    );
  });
});

function countChain(chain: Definition, results: readonly StepResult[]) {
  const counts = new Map<string, typeof NO_COUNTS>();
  let change = startRun(chain, 'acquired');
  for (const result of [...results, undefined]) {
    for (const step of change.steps) {
      counts.set(step.node.id, addCounts(counts.get(step.node.id) ?? NO_COUNTS, countsOf(step)));
    }
    const waiting = change.steps.at(-1);
    if (change.fate.state !== 'running' || result === undefined || waiting === undefined) break;
    change = settleStep(chain, waiting.node.id, result);
  }
  return counts;
}

/** A trigger, `length` integrations in a row, and an end. */
function chainOf(length: number): Definition {
  const [trigger, integration, end] = sampleDefinition().nodes;
  const ids = Array.from({ length }, (_, index) => `step${index}`);
  return definitionSchema.parse({
    format: '2026-11-24',
    nodes: [
      { ...trigger, outputs: { next: ids[0] ?? 'end' } },
      ...ids.map((id, index) => ({
        ...integration,
        id,
        title: id,
        outputs: { next: ids[index + 1] ?? 'end' },
      })),
      end,
    ],
  });
}
