import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addCounts, countsOf, NO_COUNTS } from './counters.ts';
import type { Counts } from './counters.ts';
import { definitionSchema } from './definition.ts';
import type { Definition } from './definition.ts';
import {
  cancelRun,
  limitOf,
  refuseEntered,
  refuseRun,
  settleStep,
  startRun,
  startRunAt,
} from './interpreter.ts';
import type { RunChange, StepResult } from './interpreter.ts';
import { bindNode } from './nodes/registry.ts';
import { sampleDefinition } from './sample-definition.ts';
import { stopMatters } from './stop-matters.ts';
import { randomDefinition } from './testing/random-definition.ts';

const definition = definitionSchema.parse(sampleDefinition());
const context = { profileId: 'p', now: new Date('2026-11-26T12:00:00Z'), timeZone: 'Europe/Berlin' };
const kinds = (change: RunChange) => change.steps.map(({ kind, node }) => `${kind} ${node.id}`);

/** A workflow of a trigger, the given nodes in a row, and an End. */
function chain(...nodes: object[]): Definition {
  const ids = [...nodes.map((_, at) => `n${at}`), 'end'];
  const [trigger, , end] = sampleDefinition().nodes;
  return definitionSchema.parse({
    format: '2026-11-24',
    nodes: [
      { ...trigger, outputs: { next: ids[0] } },
      ...nodes.map((node, at) => ({
        outputs: { next: ids[at + 1] },
        ...node,
        id: `n${at}`,
        title: `n${at}`,
      })),
      end,
    ],
  });
}

const waiting = (...nodes: object[]) => {
  const last = startRun(chain(...nodes), 'acquired', context).steps.at(-1);
  return last?.kind === 'waiting' ? last.until?.toISOString() : last?.kind;
};

describe('a run', () => {
  it('goes from the trigger to the first node that the host executes', () => {
    const change = startRun(definition, 'acquired', context);
    expect(kinds(change)).toEqual(['passed acquired', 'entered issue']);
    expect(change.fate).toEqual({ state: 'running' });
  });

  it('can start at any node, as if it had come there', () => {
    const wait = { type: 'delay', settings: { mode: 'until', at: '2026-11-27T12:00:00Z' } };
    const act = { type: 'generate-event', settings: { event: { name: 'a.b' } } };
    const any = chain(act, { type: 'merge-paths' }, wait);
    expect(startRunAt(any, 'acquired', context)).toEqual(startRun(any, 'acquired', context));
    expect(kinds(startRunAt(any, 'n0', context))).toEqual(['entered n0']);
    expect(kinds(startRunAt(any, 'n1', context))).toEqual(['passed n1', 'waiting n2']);
    expect(startRunAt(any, 'end', context).fate).toEqual({ state: 'finished', stopOthers: true });
    expect(() => startRunAt(any, 'nowhere', context)).toThrow('no node nowhere');
  });

  it.each(['succeeded', 'failed'] as const)('goes on to the end after a step that %s', (outcome) => {
    const change = settleStep(definition, 'issue', { outcome }, context);
    expect(kinds(change)).toEqual(['settled issue', 'passed end']);
    expect(change.fate).toEqual({ state: 'finished', stopOthers: true });
  });

  it('stops at a step that was skipped, with the reason', () => {
    const reason = 'the profile has no e-mail';
    const change = settleStep(definition, 'issue', { outcome: 'skipped', reason }, context);
    expect(kinds(change)).toEqual(['settled issue']);
    expect(change.fate).toEqual({ state: 'skipped', reason });
  });

  it('fails at a step that could not be processed, without having executed it', () => {
    const change = settleStep(definition, 'issue', { outcome: 'broken', reason: 'not JSON' }, context);
    expect(change.fate).toEqual({ state: 'failed', reason: 'not JSON' });
    expect(change.steps.map(countsOf)).toEqual([{ ...NO_COUNTS, failed: 1 }]);
  });

  it('is held back by a limit at its trigger or at an action', () => {
    const refused = refuseRun(definition, 'acquired', '1 per day');
    expect([kinds(refused), refused.fate]).toEqual([
      ['refused acquired'],
      { state: 'skipped', reason: '1 per day' },
    ]);
    const held = refuseEntered(startRun(definition, 'acquired', context), '1 per day');
    expect(kinds(held)).toEqual(['passed acquired', 'refused issue']);
    expect(held.fate).toEqual({ state: 'skipped', reason: '1 per day' });
    expect(() => refuseEntered(refused, 'x')).toThrow('enters no node');
  });

  it('is cancelled where it is', () => {
    const change = cancelRun(definition, 'issue', 'by hand');
    expect(change.fate).toEqual({ state: 'cancelled', reason: 'by hand' });
    expect(change.steps.map(countsOf)).toEqual([{ ...NO_COUNTS, skipped: 1 }]);
  });

  it('stops the others by default only where there is one End', () => {
    const twoEnds = definitionSchema.parse({
      ...sampleDefinition(),
      nodes: [
        sampleDefinition().nodes[0],
        {
          id: 'split',
          type: 'split',
          title: 'S',
          settings: {
            branches: [
              { name: 'a', share: 1 },
              { name: 'b', share: 0 },
            ],
          },
          outputs: { a: 'end', b: 'other' },
        },
        { id: 'end', type: 'end', title: 'End' },
        { id: 'other', type: 'end', title: 'Other', settings: { stopOthers: true } },
      ].map((node) => (node?.id === 'acquired' ? { ...node, outputs: { next: 'split' } } : node)),
    });
    expect(startRun(twoEnds, 'acquired', context).fate).toEqual({ state: 'finished', stopOthers: false });
    const always = chain();
    expect(startRun(always, 'acquired', context).fate).toEqual({ state: 'finished', stopOthers: true });
  });
});

describe('whether stopping the others matters', () => {
  const act = { type: 'generate-event', settings: { event: { name: 'a.b' } } };
  const wait = { type: 'delay', settings: { mode: 'duration', duration: { amount: 1, unit: 'hours' } } };

  it('depends on whether a path waits or has a second action', () => {
    expect(stopMatters(chain())).toBe(false);
    expect(stopMatters(chain(act))).toBe(false);
    expect(stopMatters(chain({ type: 'merge-paths' }, act))).toBe(false);
    expect(stopMatters(chain(act, act))).toBe(true);
    expect(stopMatters(chain(wait))).toBe(true);
  });
});

describe('waiting', () => {
  const delay = (settings: object) => ({ type: 'delay', settings });

  it('lasts for a time, until a moment, or until business hours', () => {
    const duration = { amount: 90, unit: 'minutes' };
    expect(waiting(delay({ mode: 'duration', duration }))).toBe('2026-11-26T13:30:00.000Z');
    expect(waiting(delay({ mode: 'until', at: '2026-12-01T08:00:00+01:00' }))).toBe(
      '2026-12-01T07:00:00.000Z',
    );
    expect(waiting(delay({ mode: 'until', at: '2020-01-01T00:00:00Z' }))).toBe(context.now.toISOString());
    const evening = { amount: 8, unit: 'hours' };
    expect(waiting(delay({ mode: 'duration', duration: evening, businessHours: {} }))).toBe(
      '2026-11-27T08:00:00.000Z',
    );
    expect(waiting(delay({ mode: 'attribute', attribute: 'renewalDate' }))).toBe('entered');
  });

  it('for an event ends with its time limit, or with the cap', () => {
    const filter = (settings: object) => ({
      type: 'event-filter',
      settings,
      outputs: { matched: 'end', 'not-matched': 'end' },
    });
    const limited = startRun(
      chain(filter({ event: 'a.b', timeLimit: { amount: 1, unit: 'days' } })),
      'acquired',
      context,
    );
    expect(limited.steps.at(-1)).toMatchObject({
      kind: 'waiting',
      until: new Date('2026-11-27T12:00:00Z'),
      event: { name: 'a.b', where: [] },
    });
    expect(waiting({ ...filter({ event: 'a.b' }), outputs: { matched: 'end' } })).toBeUndefined();
  });
});

describe('a split', () => {
  it('sends every profile to the branch that it always has, in proportion', () => {
    const branches = [
      { name: 'a', share: 20 },
      { name: 'b', share: 80 },
    ];
    const node = definitionSchema.parse({
      format: '2026-11-24',
      nodes: [{ id: 's', type: 'split', title: 'S', settings: { branches }, outputs: { a: 'e', b: 'e' } }],
    }).nodes[0]!;
    const outputs = Array.from({ length: 5_000 }, (_, index) => {
      const arrive = () => bindNode(node).arrive({ ...context, profileId: `profile ${index}` });
      expect(arrive()).toEqual(arrive());
      const arrival = arrive();
      return arrival.kind === 'pass' ? arrival.output : '';
    });
    expect(outputs.filter((output) => output === 'a').length / 5_000).toBeCloseTo(0.2, 1);
    expect(new Set(outputs)).toEqual(new Set(['a', 'b']));
  });
});

/** What a step is in the end; a host keeps it in its row. */
type StepState = 'open' | 'executed' | 'skipped' | 'broken';

/** The host as small as it can be: rows of steps, and counters. */
class Host {
  readonly steps: { node: string; state: StepState }[] = [];
  readonly counts = new Map<string, Counts>();
  fate: RunChange['fate'] = { state: 'running' };

  write(change: RunChange): void {
    for (const step of change.steps) {
      const { id } = step.node;
      this.counts.set(id, addCounts(this.counts.get(id) ?? NO_COUNTS, countsOf(step)));
      switch (step.kind) {
        case 'entered':
        case 'waiting':
          this.steps.push({ node: id, state: 'open' });
          break;
        case 'passed':
          this.steps.push({ node: id, state: 'executed' });
          break;
        case 'refused':
          this.steps.push({ node: id, state: 'skipped' });
          break;
        case 'settled': {
          const row = this.steps.findLast(({ node, state }) => node === id && state === 'open');
          if (row === undefined) throw new Error(`${id} is settled without being open`);
          const { outcome } = step.result;
          row.state = outcome === 'skipped' ? 'skipped' : outcome === 'broken' ? 'broken' : 'executed';
        }
      }
    }
    this.fate = change.fate;
  }

  get open(): string | undefined {
    const open = this.steps.filter(({ state }) => state === 'open');
    if (open.length > 1) throw new Error(`${open.length} steps are open at once`);
    return open[0]?.node;
  }
}

const happenings = fc.array(
  fc.constantFrom('succeed', 'fail', 'skip', 'break', 'time', 'event', 'limit', 'cancel', 'restart'),
  { minLength: 12, maxLength: 12 },
);

describe('any run of any definition', () => {
  it('has a place for every step that it entered, and counters that say the same', () => {
    fc.assert(
      fc.property(randomDefinition(), happenings, fc.nat(), (any, story, first) => {
        const host = new Host();
        const at = any.nodes[first % any.nodes.length]?.id ?? 'start';
        host.write(startRunAt(any, at, context));
        for (const happening of story) {
          const node = host.open === undefined ? undefined : any.nodes.find(({ id }) => id === host.open);
          if (host.fate.state !== 'running' || node === undefined) break;
          const change = moveOf(any, node.id, happening, bindNode(node).outputs());
          if (change !== undefined) host.write(change);
        }
        expect(host.open === undefined).toBe(host.fate.state !== 'running');
        for (const { id } of any.nodes) {
          const rows = host.steps.filter(({ node }) => node === id);
          const of = (state: StepState) => rows.filter((row) => row.state === state).length;
          const counts = host.counts.get(id) ?? NO_COUNTS;
          expect(counts.entered).toBe(rows.length);
          expect(counts.executed).toBe(of('executed'));
          expect(counts.skipped).toBe(of('skipped'));
          expect(counts.succeeded + counts.failed).toBe(of('executed') + of('broken'));
          expect(counts.entered).toBe(counts.executed + counts.skipped + of('broken') + of('open'));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What a happening leads to; undefined where it changes nothing. */
function moveOf(
  any: Definition,
  nodeId: string,
  happening: string,
  outputs: readonly string[],
): RunChange | undefined {
  const settle = (result: StepResult): RunChange => {
    const change = settleStep(any, nodeId, result, context);
    const last = change.steps.at(-1);
    const limited = last?.kind === 'entered' && limitOf(last.node) !== undefined;
    return happening === 'limit' && limited ? refuseEntered(change, 'limit') : change;
  };
  switch (happening) {
    case 'restart':
      // What was written stays, and nothing else.
      return undefined;
    case 'cancel':
      return cancelRun(any, nodeId, 'by hand');
    case 'skip':
      return settle({ outcome: 'skipped', reason: 'no value' });
    case 'break':
      return settle({ outcome: 'broken', reason: 'no template' });
    case 'fail':
      return settle({ outcome: 'failed', output: outputs.at(-1) ?? 'next' });
    default:
      return settle({ outcome: 'succeeded', output: outputs[0] ?? 'next' });
  }
}
