import { z } from 'zod';

import { durationSchema, instantSchema, spanBefore, spanOf } from './conditions/instant.ts';
import type { Span } from './conditions/instant.ts';
import { conditionOn, nameSchema } from './conditions/operators.ts';
import { eventNameSchema } from './event-name.ts';
import { whereSchema } from './where.ts';

/** How deep groups nest. */
const MAX_DEPTH = 5;
/** Conditions in all groups together, those on parameters of events included. */
const MAX_CONDITIONS = 100;

/** On an attribute of the profile. `email`, `customId` and `uuid` are its identifiers. */
const attributeCondition = conditionOn({ attribute: nameSchema });

/** On a tag of the profile. */
const tagCondition = z.strictObject({ tag: nameSchema, has: z.boolean().default(true) });

/** The last so many days and the like, or from one instant to another. Both ends belong to it. */
const periodSchema = z
  .strictObject({
    last: durationSchema.optional(),
    from: instantSchema.optional(),
    to: instantSchema.optional(),
  })
  .refine(
    ({ last, from, to }) => (last === undefined) !== (from === undefined && to === undefined),
    'must have either last, or from and to, or one of these two',
  );

/** On what the profile did: whether there are so many events of that name, within a period where one is given. */
const eventCondition = z.strictObject({
  event: eventNameSchema,
  did: z.boolean().default(true),
  atLeast: z.int().min(1).max(1_000_000).default(1),
  where: z.array(whereSchema).max(20).default([]),
  period: periodSchema.optional(),
});

export type AttributeCondition = z.infer<typeof attributeCondition>;
export type TagCondition = z.infer<typeof tagCondition>;
export type EventCondition = z.infer<typeof eventCondition>;
export type Period = z.infer<typeof periodSchema>;

/** Which profiles belong to a segment. */
export type SegmentCondition =
  | { readonly all: readonly SegmentCondition[] }
  | { readonly any: readonly SegmentCondition[] }
  | AttributeCondition
  | TagCondition
  | EventCondition;

/** The field that tells which kind of condition it is; the members of the unions below stand in this order. */
export const KINDS = ['attribute', 'tag', 'event', 'all', 'any'] as const;

const leaf: z.ZodType<SegmentCondition> = z
  .union([attributeCondition, tagCondition, eventCondition])
  .meta({ id: 'SegmentLeaf' });

/** Written out level by level, so that a document of a hundred thousand levels is refused and not followed. */
function treeOf(depth: number): z.ZodType<SegmentCondition> {
  if (depth === 0) return leaf;
  const members = z
    .array(treeOf(depth - 1))
    .min(1)
    .max(MAX_CONDITIONS);
  return z
    .union([
      attributeCondition,
      tagCondition,
      eventCondition,
      z.strictObject({ all: members }),
      z.strictObject({ any: members }),
    ])
    .meta({ id: `SegmentTree${depth}` });
}

/** A condition, or a tree of groups of them. */
export const segmentConditionSchema = treeOf(MAX_DEPTH).refine(
  (condition) => sizeOf(condition) <= MAX_CONDITIONS,
  `must have at most ${MAX_CONDITIONS} conditions`,
);

/** The JSON Schema (2020-12) of what an author may write. */
export function segmentConditionJsonSchema(): object {
  return z.toJSONSchema(segmentConditionSchema, { io: 'input' });
}

/** The conditions of a tree that are no groups, from left to right. */
export function leavesOf(
  condition: SegmentCondition,
): readonly (AttributeCondition | TagCondition | EventCondition)[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf);
  if ('any' in condition) return condition.any.flatMap(leavesOf);
  return [condition];
}

/** How many conditions it has, those on parameters of events included: what asking for it costs grows with that. */
export function sizeOf(condition: SegmentCondition): number {
  return leavesOf(condition).reduce((size, leaf) => size + 1 + ('event' in leaf ? leaf.where.length : 0), 0);
}

/** The span that a period means at an instant; both ends belong to it. */
export function spanOfPeriod(period: Period | undefined, now: Date): Span {
  if (period === undefined) return {};
  return period.last === undefined ? spanOf(period) : spanBefore(now, period.last);
}

export interface SegmentReferences {
  readonly events: readonly string[];
  readonly attributes: readonly string[];
  readonly tags: readonly string[];
}

/** What a condition refers to, each name once, in the order of their first use. */
export function segmentReferences(condition: SegmentCondition): SegmentReferences {
  const leaves = leavesOf(condition);
  return {
    events: unique(leaves.flatMap((leaf) => ('event' in leaf ? [leaf.event] : []))),
    attributes: unique(leaves.flatMap((leaf) => ('attribute' in leaf ? [leaf.attribute] : []))),
    tags: unique(leaves.flatMap((leaf) => ('tag' in leaf ? [leaf.tag] : []))),
  };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
