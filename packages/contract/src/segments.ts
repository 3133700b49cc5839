import { z } from 'zod';

const instant = z.iso.datetime();
const condition = z
  .unknown()
  .describe('A condition or a tree of groups of them: see /api/segment-condition.schema.json');

const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'holds a NUL or half of a surrogate pair');

export const segmentSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    condition,
    description: z.string().describe('The condition in words'),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Segment' });

export const saveSegmentSchema = z.strictObject({ name, condition }).meta({ id: 'SaveSegment' });

const segmentProfile = z.object({
  id: z.uuid(),
  clientId: z.int(),
  uuid: z.string().nullable(),
  customId: z.string().nullable(),
  email: z.string().nullable(),
  attributes: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
});

const segmentId = z.object({ segmentId: z.uuid() });
const saved = z.object({ outcome: z.enum(['created', 'updated', 'unchanged']), segment: segmentSchema });

export const segmentEndpoints = {
  'GET /api/segments': {
    summary: 'The segments of the workspace, by name.',
    response: z.object({ segments: z.array(segmentSchema) }),
  },
  'POST /api/segments': {
    summary: 'Makes a segment.',
    body: saveSegmentSchema,
    response: saved,
  },
  'POST /api/segments/preview': {
    summary: 'How many profiles satisfy a condition now, some of them, and the condition in words.',
    body: z.strictObject({ condition }),
    response: z.object({
      description: z.string(),
      count: z.int().optional().describe('Absent where counting takes longer than 5 s'),
      sample: z.array(segmentProfile).describe('Up to ten'),
    }),
  },
  'GET /api/segments/:segmentId': {
    summary: 'A segment.',
    params: segmentId,
    response: z.object({ segment: segmentSchema }),
  },
  'PUT /api/segments/:segmentId': {
    summary: 'Changes a segment.',
    params: segmentId,
    body: saveSegmentSchema,
    response: saved,
  },
  'DELETE /api/segments/:segmentId': {
    summary: 'Deletes a segment that no workflow uses.',
    params: segmentId,
    response: z.object({ outcome: z.literal('deleted') }),
  },
  'GET /api/segments/:segmentId/profiles': {
    summary:
      'Profiles of a segment, in order of id. A page can have few profiles, or none, while there is a next one.',
    params: segmentId,
    query: z.object({
      after: z.uuid().optional().describe('The `next` of the page before'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: z.object({ profiles: z.array(segmentProfile), next: z.uuid().optional() }),
  },
} as const;
