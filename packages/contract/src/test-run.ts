import { z } from 'zod';

const instant = z.iso.datetime();
const values = z.record(z.string(), z.unknown());
const text = z.string().min(1).max(254);

const assumptionSchema = z
  .union([
    z.string(),
    z.strictObject({
      output: z.string().optional(),
      event: values.optional().describe('The parameters of the event that an Event Filter waits for'),
      response: z.unknown().optional().describe('What a request is answered with, as JSON'),
    }),
  ])
  .describe('What is taken to happen at a node: the output by which the path leaves, and what it brings');

export const testRunSchema = z
  .strictObject({
    version: z.int().min(1).optional().describe('Default: the newest'),
    definition: z.unknown().optional().describe('One that is not saved'),
    event: z.strictObject({
      action: z.string().min(1).max(32),
      params: values.default({}),
      time: instant.optional().describe('Default: now'),
    }),
    profile: z.union(
      [
        z.strictObject({ id: z.uuid() }),
        z.strictObject({
          attributes: values.default({}),
          email: text.optional(),
          customId: text.optional(),
          uuid: text.optional(),
        }),
      ],
      'must be {"id"} of a profile that exists, or one that is made up of attributes, email, customId and uuid',
    ),
    assume: z.record(z.string(), assumptionSchema).default({}),
    send: z
      .boolean()
      .default(false)
      .describe('Starts a real run on the version that new runs take: it sends, issues and writes'),
  })
  .refine(({ version, definition }) => version === undefined || definition === undefined, {
    path: ['definition'],
    message: 'give either a version or a definition',
  })
  .refine(({ send, version, definition }) => !send || (version ?? definition) === undefined, {
    path: ['send'],
    message: 'a real run takes the version that new runs take: leave version and definition out',
  })
  .refine(({ send, profile }) => !send || 'id' in profile, {
    path: ['profile'],
    message: 'must be one that exists, by its id',
  })
  .meta({ id: 'TestRun' });

export const testTriggerSchema = z.object({
  nodeId: z.string(),
  title: z.string(),
  matched: z.boolean(),
  reason: z.string().optional().describe('Why it does not start'),
  failed: z
    .array(
      z.object({
        condition: z.string(),
        value: z.unknown().optional().describe('What the event has there; absent: nothing'),
      }),
    )
    .describe('The conditions that keep the event out'),
});

export const testStepSchema = z.object({
  nodeId: z.string(),
  nodeType: z.string(),
  title: z.string(),
  at: instant.describe('When the path would come here, if it started now'),
  outcome: z
    .enum(['passes', 'waits', 'acts', 'skips', 'fails', 'ends', 'undecided'])
    .describe('undecided: say in `assume` by which of the outputs the path is to leave'),
  reason: z.string().optional(),
  place: z
    .object({ field: z.string(), line: z.int(), column: z.int() })
    .optional()
    .describe('Where in a template the reason is'),
  output: z.string().optional().describe('By which the path leaves'),
  outputs: z.array(z.string()).optional().describe('Of an undecided one: those to choose from'),
  dueAt: instant.optional().describe('Until when it waits'),
  limit: z.string().optional().describe('How often a profile may be here; a test does not count'),
  request: z
    .object({
      connection: z.string().describe('The name of its connection'),
      method: z.string(),
      url: z.string().describe('Secrets are masked'),
      headers: z.record(z.string(), z.string()).describe('Secrets are masked'),
      body: z.string().optional(),
    })
    .optional(),
  event: z
    .object({ action: z.string(), params: values.optional().describe('Absent: they follow from the answer') })
    .optional()
    .describe('What would be written to the profile'),
  fields: z.record(z.string(), z.string()).optional().describe('The rendered texts of any other action'),
});

export const testReportSchema = z
  .object({
    triggers: z.array(testTriggerSchema),
    steps: z.array(testStepSchema).describe('What would happen, in order; of a real run nothing'),
    result: z.object({
      state: z.enum(['not-started', 'finished', 'skipped', 'failed', 'undecided', 'started']),
      reason: z.string().optional(),
    }),
    runId: z.uuid().optional().describe('The real run'),
  })
  .meta({ id: 'TestReport' });

export const testRunEndpoints = {
  'POST /api/workflows/:workflowId/test': {
    summary:
      'Tells what an event would lead to, node by node, without sending or writing anything; or sends for real.',
    params: z.object({ workflowId: z.uuid() }),
    body: testRunSchema,
    response: testReportSchema,
  },
} as const;
