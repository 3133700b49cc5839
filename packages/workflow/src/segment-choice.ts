import { z } from 'zod';

import { outputNameSchema } from './output-name.ts';
import { segmentConditionSchema } from './segment.ts';

const saved = z.strictObject({
  /** The id or the name of a saved segment. */
  segment: z.string().min(1).max(200),
});
const adHoc = z.strictObject({
  /** A condition of the node's own. */
  condition: segmentConditionSchema,
});

/** Which profiles: those of a saved segment, or of a condition of the node's own. */
export const segmentChoiceSchema = z.union([saved, adHoc]).meta({ id: 'SegmentChoice' });

export type SegmentChoice = z.infer<typeof segmentChoiceSchema>;

/** The same with the name of the output that such profiles leave by. */
export const namedChoiceSchema = z
  .union([saved.extend({ name: outputNameSchema }), adHoc.extend({ name: outputNameSchema })])
  .meta({ id: 'NamedSegmentChoice' });
