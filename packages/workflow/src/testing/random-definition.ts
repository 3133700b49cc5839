import fc from 'fast-check';

import { definitionSchema } from '../definition.ts';
import type { Definition } from '../definition.ts';

/** The kinds of nodes between trigger and end, with their settings and outputs. */
const KINDS = {
  'generate-event': { settings: { event: { name: 'a.b' } }, outputs: ['next'] },
  'update-profile': { settings: { addTags: ['seen'] }, outputs: ['next'] },
  'outgoing-integration': {
    settings: {
      connection: 'c',
      webhookName: 'w',
      webhookEvent: { name: 'a.c' },
      url: 'https://example.org/',
    },
    outputs: ['next'],
  },
  'merge-paths': { settings: {}, outputs: ['next'] },
  delay: { settings: { mode: 'duration', duration: { amount: 1, unit: 'hours' } }, outputs: ['next'] },
  'event-filter': {
    settings: { event: 'x.y', timeLimit: { amount: 1, unit: 'days' } },
    outputs: ['matched', 'not-matched'],
  },
  split: {
    settings: {
      branches: [
        { name: 'a', share: 30 },
        { name: 'b', share: 70 },
      ],
    },
    outputs: ['a', 'b'],
  },
} as const;

type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS).filter((key): key is Kind => key in KINDS);

/**
 * Valid definitions of up to `maxNodes` nodes between the trigger `start` and one or two Ends. Every node leads
 * forwards only, to a node or an End that is chosen at random, so that paths join and end in many ways.
 */
export function randomDefinition(maxNodes = 8): fc.Arbitrary<Definition> {
  const node = fc.record({
    kind: fc.constantFrom(...kinds),
    leads: fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 })),
    limited: fc.boolean(),
  });
  return fc
    .record({
      chosen: fc.array(node, { minLength: 1, maxLength: maxNodes }),
      ends: fc.integer({ min: 1, max: 2 }),
    })
    .map(({ chosen, ends }) => {
      const ids = [...chosen.map((_, at) => `n${at}`), ...(ends === 2 ? ['end', 'end2'] : ['end'])];
      const nodes = chosen.map(({ kind, leads, limited }, at) => ({
        id: `n${at}`,
        type: kind,
        title: `Node ${at}`,
        settings: KINDS[kind].settings,
        outputs: Object.fromEntries(
          KINDS[kind].outputs.map((output, index) => {
            const further = ids.slice(at + 1);
            return [output, further[(leads[index] ?? 0) % further.length]];
          }),
        ),
        ...(limited && kind === 'generate-event' && { limit: { count: 1, per: 'workflow' } }),
      }));
      return definitionSchema.parse({
        format: '2026-11-24',
        nodes: [
          {
            id: 'start',
            type: 'profile-event',
            title: 'Start',
            settings: { event: 's.t' },
            outputs: { next: 'n0' },
          },
          ...nodes,
          { id: 'end', type: 'end', title: 'End' },
          ...(ends === 2 ? [{ id: 'end2', type: 'end', title: 'Other end' }] : []),
        ],
      });
    });
}
