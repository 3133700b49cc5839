import { z } from 'zod';

import { connectionSpecSchema } from './connections.ts';

/** Documents of `laurel apply`: what belongs to a workspace, as files. */
const named = { metadata: z.strictObject({ name: z.string().trim().min(1).max(200) }) };
const identified = {
  metadata: z.strictObject({
    name: z.string().trim().min(1).max(200),
    /** The id that the thing is to have; others refer to it. */
    id: z.uuid().optional(),
  }),
};

const eventDefinitionDocument = z.strictObject({
  kind: z.literal('EventDefinition'),
  ...named,
  spec: z.strictObject({
    displayName: z.string().min(1).max(200).optional(),
    description: z.string().max(2_000).default(''),
  }),
});

const schemaDocument = z.strictObject({
  kind: z.literal('Schema'),
  ...identified,
  spec: z.strictObject({
    tags: z.array(z.string()).default([]),
    fields: z.record(z.string(), z.unknown()),
  }),
});

const catalogDocument = z.strictObject({
  kind: z.literal('Catalog'),
  ...named,
  spec: z.strictObject({
    keyColumn: z.string().min(1),
    /** The items as the text of a CSV file; in a YAML file, `csvFile` names the file instead. */
    csv: z.string(),
  }),
});

const connectionDocument = z.strictObject({
  kind: z.literal('Connection'),
  ...named,
  spec: connectionSpecSchema,
});

const groupDocument = z.strictObject({
  kind: z.literal('Group'),
  metadata: z.strictObject({ name: z.string().trim().min(1).max(200), id: z.int().min(1).optional() }),
  spec: z.strictObject({
    courseName: z.string().min(1),
    courseDescription: z.string().min(1),
    courseLink: z.url().optional(),
    language: z.string().optional(),
    allowDuplicateCredentials: z.boolean().optional(),
  }),
});

const segmentDocument = z.strictObject({
  kind: z.literal('Segment'),
  ...named,
  spec: z.strictObject({
    /** See `/api/segment-condition.schema.json`. */
    condition: z.unknown(),
  }),
});

const workflowDocument = z.strictObject({
  kind: z.literal('Workflow'),
  ...named,
  spec: z.strictObject({
    /** Save & Run. Default: true. */
    run: z.boolean().default(true),
    /** A definition; a node names its connection by name. */
    definition: z.unknown(),
  }),
});

export const documentSchema = z
  .discriminatedUnion('kind', [
    eventDefinitionDocument,
    schemaDocument,
    catalogDocument,
    connectionDocument,
    groupDocument,
    segmentDocument,
    workflowDocument,
  ])
  .meta({ id: 'Document' });

export type Document = z.infer<typeof documentSchema>;

export const applyEndpoints = {
  'POST /api/apply': {
    summary: 'Makes or changes what the documents describe, all or nothing, in the order given.',
    body: z.strictObject({ documents: z.array(documentSchema).min(1).max(500) }),
    response: z.object({
      results: z.array(
        z.object({
          kind: z.string(),
          name: z.string(),
          id: z.string().optional(),
          outcome: z.enum(['created', 'updated', 'unchanged']),
          notes: z.array(z.string()).describe('Warnings that a person should read'),
        }),
      ),
    }),
  },
} as const;
