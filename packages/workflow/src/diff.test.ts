import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { definitionSchema } from './definition.ts';
import type { Definition } from './definition.ts';
import { diffDefinitions } from './diff.ts';
import type { DefinitionDiff, FieldChange } from './diff.ts';
import { sampleDefinition } from './sample-definition.ts';
import { randomDefinition } from './testing/random-definition.ts';

const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const NOTHING = { settings: [], added: [], removed: [], changed: [], connections: [] };
const sample = (): Definition => definitionSchema.parse(sampleDefinition());

/** A definition in which some nodes are renamed, tracked, moved to another list of headers, or gone. */
const edited = randomDefinition().chain((definition) =>
  fc
    .array(fc.constantFrom('keep', 'rename', 'track', 'headers', 'drop', 'shuffle'), {
      minLength: definition.nodes.length,
      maxLength: definition.nodes.length,
    })
    .map((edits) => {
      const nodes = definition.nodes.flatMap((node, at): unknown[] => {
        switch (edits[at]) {
          case 'rename':
            return [{ ...node, title: `${node.title} anew` }];
          case 'track':
            return [{ ...node, trackDataPoints: true }];
          case 'headers':
            if (node.type !== 'outgoing-integration') return [node];
            return [{ ...node, settings: { ...node.settings, headers: [{ name: 'A', value: String(at) }] } }];
          case 'drop':
            return at === 0 ? [node] : [];
          default:
            return [node];
        }
      });
      const ordered = edits.includes('shuffle') ? nodes.toReversed() : nodes;
      return definitionSchema.parse({ ...definition, nodes: ordered });
    }),
);

/** Carries a diff out, as its description says. */
function apply(from: Definition, diff: DefinitionDiff): Definition {
  const target = copy(from);
  change(target, diff.settings);
  const gone = new Set(diff.removed.map(({ id }) => id));
  target.nodes = target.nodes.filter(({ id }) => !gone.has(id));
  const nodeOf = (id: string) => target.nodes.find((node) => node.id === id)!;
  for (const { nodeId, fields } of diff.changed) change(nodeOf(nodeId), fields);
  for (const { nodeId, output, after } of diff.connections) {
    if (after === undefined) delete nodeOf(nodeId).outputs[output];
    else nodeOf(nodeId).outputs[output] = after;
  }
  target.nodes.push(...copy(diff.added));
  return target;
}

function change(target: object, fields: readonly FieldChange[]): void {
  // From the end: what is gone of a list is its end.
  for (const { field, after } of fields.toReversed()) {
    const keys = field.split(/[.[\]]+/).filter(Boolean);
    const last = keys.pop()!;
    const holder = keys.reduce<object>((value, key) => Reflect.get(value, key) as object, target);
    if (after !== undefined) Reflect.set(holder, last, copy(after));
    else if (Array.isArray(holder)) holder.pop();
    else Reflect.deleteProperty(holder, last);
  }
}

const inOrder = ({ nodes, ...rest }: Definition) => ({
  ...rest,
  nodes: nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
});

describe('the difference between two versions', () => {
  it('of equal ones is nothing, however their nodes are ordered', () => {
    fc.assert(
      fc.property(randomDefinition(), (definition) => {
        const reversed = { ...copy(definition), nodes: definition.nodes.toReversed() };
        expect(diffDefinitions(definition, reversed)).toEqual(NOTHING);
      }),
    );
  });

  it('makes the one into the other, whichever two they are', () => {
    fc.assert(
      fc.property(edited, edited, (from, to) => {
        expect(inOrder(apply(from, diffDefinitions(from, to)))).toEqual(inOrder(to));
        expect(inOrder(apply(to, diffDefinitions(to, from)))).toEqual(inOrder(from));
      }),
      { numRuns: 500 },
    );
  });

  it('names fields by their path, with what they were and are', () => {
    const from = sample();
    const to = definitionSchema.parse({
      ...sampleDefinition(),
      settings: { pathCap: { amount: 30, unit: 'days' } },
      nodes: sampleDefinition().nodes.map((node) =>
        node.id === 'issue' ? { ...node, title: 'Issue it', trackDataPoints: true } : node,
      ),
    });
    expect(diffDefinitions(from, to)).toEqual({
      ...NOTHING,
      settings: [{ field: 'settings.pathCap.amount', before: 60, after: 30 }],
      changed: [
        {
          nodeId: 'issue',
          title: 'Issue it',
          fields: [
            { field: 'title', before: expect.any(String), after: 'Issue it' },
            { field: 'trackDataPoints', after: true },
          ],
        },
      ],
    });
  });

  it('tells of nodes that came and went, and of connections that moved', () => {
    const from = sample();
    const [trigger, issue, end] = from.nodes;
    const delay = {
      id: 'pause',
      type: 'delay',
      title: 'Pause',
      settings: { mode: 'duration', duration: { amount: 1, unit: 'hours' } },
      outputs: { next: 'issue' },
    };
    const to = definitionSchema.parse({
      ...from,
      nodes: [{ ...trigger, outputs: { next: 'pause' } }, delay, issue, end],
    });
    const connection = { nodeId: 'acquired', output: 'next' };
    const there = diffDefinitions(from, to);
    expect(there).toMatchObject({
      ...NOTHING,
      added: [delay],
      connections: [{ ...connection, before: 'issue', after: 'pause' }],
    });
    expect(diffDefinitions(to, from)).toMatchObject({
      removed: [delay],
      connections: [{ ...connection, before: 'pause', after: 'issue' }],
    });
    const open = { ...from, nodes: from.nodes.map((node) => ({ ...node, outputs: {} })) };
    expect(diffDefinitions(from, open).connections).toEqual([
      { ...connection, before: 'issue' },
      { nodeId: 'issue', output: 'next', before: 'end' },
    ]);
  });

  it('says that a node is of another type', () => {
    const from = sample();
    const to = definitionSchema.parse({
      ...from,
      nodes: from.nodes.map((node) =>
        node.id === 'issue' ? { ...node, type: 'merge-paths', settings: {} } : node,
      ),
    });
    expect(diffDefinitions(from, to).changed[0]?.fields).toContainEqual({
      field: 'type',
      before: 'outgoing-integration',
      after: 'merge-paths',
    });
  });
});
