import { z } from 'zod';

import { timingsSchema } from './connections.ts';

const instant = z.iso.datetime();

/** What the database takes as a text. */
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'holds characters that no text has');
const nodeId = text(64);

const runStateSchema = z.enum(['running', 'finished', 'skipped', 'failed', 'cancelled']);
const stepStateSchema = z.enum([
  'queued',
  'waiting',
  'retrying',
  'paced',
  'paused',
  'checking',
  'succeeded',
  'failed',
  'skipped',
]);

const runOutcomeSchema = z
  .enum(['succeeded', 'failed', 'skipped', 'cancelled', 'running'])
  .describe('failed: something in it has failed, even where the path went on');

const runProfileSchema = z.object({
  id: z.uuid(),
  clientId: z.int().optional().describe('Absent, as all below, where the profile does not exist any more'),
  customId: z.string().optional(),
  uuid: z.string().optional(),
  email: z.string().optional(),
});

export const runSummarySchema = z
  .object({
    id: z.uuid(),
    workflowId: z.uuid(),
    workflowName: z.string(),
    version: z.int(),
    profileId: z.uuid(),
    profile: runProfileSchema,
    state: runStateSchema,
    outcome: runOutcomeSchema,
    reason: z.string().optional(),
    fingerprint: z.string().optional().describe('What its failure has in common with others'),
    at: z
      .object({
        nodeId: z.string(),
        title: z.string(),
        state: stepStateSchema,
        reason: z.string().optional(),
        dueAt: instant.optional().describe('Until when it waits'),
      })
      .optional()
      .describe('Where it is; of a run that has ended, where it failed, else where it ended'),
    startedAt: instant,
    endedAt: instant.optional(),
    durationMs: z.number().describe('Until now, where it is running'),
    stopReason: z.string().optional().describe('It goes no further than the action that it is in'),
    replayOf: z.uuid().optional(),
    test: z.boolean().describe('Started by hand, to try the workflow out'),
  })
  .meta({ id: 'RunSummary' });

const attemptSchema = z.object({
  number: z.int(),
  method: z.string(),
  url: z.string().describe('Secrets are masked'),
  headers: z.record(z.string(), z.string()).describe('Secrets are masked'),
  body: z.string().optional(),
  sentAt: instant,
  outcome: z
    .enum(['answered', 'not-sent', 'refused', 'unknown', 'reconciled'])
    .optional()
    .describe('Absent: it is under way, or nothing more is known of it'),
  expiresAt: instant.optional().describe('Without an outcome: until when it may be under way'),
  status: z.int().optional(),
  response: z.string().optional(),
  responseTruncated: z.boolean(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  error: z.string().optional(),
  durationMs: z.number().optional(),
  timings: timingsSchema.optional(),
});

const runEventSchema = z.object({
  id: z.uuid(),
  action: z.string(),
  time: instant,
  params: z.record(z.string(), z.unknown()),
});

const runStepSchema = z.object({
  id: z.uuid(),
  nodeId: z.string(),
  nodeType: z.string(),
  title: z.string(),
  state: stepStateSchema,
  dueAt: instant.optional().describe('When a step that waits is taken up again'),
  output: z.string().optional().describe('The output by which the path left'),
  mapped: z.record(z.string(), z.unknown()).optional().describe('What later nodes can read of its answer'),
  reason: z.string().optional(),
  enteredAt: instant,
  leftAt: instant.optional(),
  durationMs: z.number().optional().describe('From its entry until it was left'),
  queuedMs: z.number().optional().describe('From its entry until the first request left'),
  attempts: z.array(attemptSchema),
});

const issuanceSchema = z.object({
  stepId: z.uuid(),
  state: z.enum(['pending', 'issued', 'failed']),
  credentialReference: z.string().optional(),
  credentialUrl: z.string().optional(),
  groupReference: z.string().optional(),
  recipientEmail: z.string().optional(),
  certification: z.string().optional(),
  issuedAt: instant,
});

export const runSchema = runSummarySchema
  .extend({
    sentence: z.string().describe('Its state in plain words'),
    triggerNodeId: z.string(),
    deadlineAt: instant.optional().describe('The path is over by then; absent: no limit is known'),
    event: runEventSchema
      .optional()
      .describe('What started it; absent where an audience did, or its retention is over'),
    events: z
      .array(z.object({ nodeId: z.string(), title: z.string(), event: runEventSchema }))
      .describe('Of its trigger, then of the Event Filters that it passed'),
    steps: z.array(runStepSchema),
    issuances: z.array(issuanceSchema).describe('The credentials that it brought about'),
    replays: z
      .array(z.object({ id: z.uuid(), state: runStateSchema, startedAt: instant }))
      .describe('The runs in which it was done again, newest first'),
  })
  .meta({ id: 'Run' });

/** As JSON, or as a query has it. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Which runs; all that is given must hold. */
export const runFilterSchema = z.object({
  workflowId: z.uuid().optional(),
  version: z.coerce.number().int().min(1).optional(),
  state: runStateSchema.optional(),
  outcome: runOutcomeSchema.optional(),
  node: nodeId.optional().describe('The id of the node where it is, or where it failed'),
  fingerprint: text(400).optional(),
  profile: text(254)
    .optional()
    .describe('Its id, e-mail, customId, uuid or numeric id; all letters count except in e-mails and uuids'),
  from: instant.optional().describe('Started then or later'),
  to: instant.optional().describe('Started before'),
  replayOf: z.uuid().optional(),
  replayed: flag.optional().describe('Whether it was done again'),
  test: flag.optional(),
});

const page = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z
    .string()
    .regex(/^\d{1,15}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the `next` of a page')
    .optional()
    .describe('`next` of the page before'),
});

const runPage = z.object({
  runs: z.array(runSummarySchema),
  next: z.string().optional().describe('Where the next page begins; absent: there is none'),
});

const runId = z.object({ runId: z.uuid() });

/** Most runs that one request does again. */
export const MAX_REPLAYED = 10_000;

export const replaySchema = z
  .strictObject({
    runIds: z.array(z.uuid()).min(1).max(MAX_REPLAYED).optional(),
    filter: z
      .strictObject(runFilterSchema.shape)
      .refine((filter) => Object.keys(filter).length > 0, 'must name at least one condition')
      .optional(),
    from: z
      .union([z.literal('start'), z.strictObject({ nodeId })])
      .default('start')
      .describe('With a node, the run enters that directly, with the events and answers from before it'),
    version: z
      .enum(['same', 'newest'])
      .default('same')
      .describe('same: that of the run; newest: the one that new runs take now'),
    dryRun: z.boolean().default(true).describe('Only tells what would be done'),
    requestId: z
      .uuid()
      .optional()
      .describe(
        'Made by the caller. The same request sent again with it goes on where the first one came to, and starts nothing twice',
      ),
  })
  .refine(({ runIds, filter }) => (runIds === undefined) !== (filter === undefined), {
    path: ['runIds'],
    message: 'give either runIds or a filter',
  })
  .refine(({ dryRun, requestId }) => dryRun || requestId !== undefined, {
    path: ['requestId'],
    message: 'must be given unless it is a dry run',
  })
  .meta({ id: 'Replay' });

export const replayReportSchema = z
  .object({
    started: z.int().describe('New runs; of a dry run, those that would be started'),
    refused: z
      .array(
        z.object({
          reason: z.string(),
          count: z.int(),
          runIds: z.array(z.uuid()).describe('The first ten of them'),
        }),
      )
      .describe('Those that cannot be done again'),
    more: z.boolean().describe(`There are more than the ${MAX_REPLAYED} of one request: send another one`),
  })
  .meta({ id: 'ReplayReport' });

export const failureGroupSchema = z
  .object({
    workflowId: z.uuid(),
    workflowName: z.string(),
    fingerprint: z.string().describe('What these failures have in common, in words'),
    count: z.int().describe('Runs'),
    replayed: z.int().describe('Those of them that were done again'),
    firstAt: instant.describe('When the first of them started'),
    lastAt: instant,
    nodes: z.array(z.object({ nodeId: z.string(), title: z.string() })),
    sampleRunId: z.uuid().describe('The newest of them'),
  })
  .meta({ id: 'FailureGroup' });

export const runEndpoints = {
  'GET /api/runs': {
    summary: 'The runs of the workspace, newest first.',
    query: runFilterSchema.extend(page.shape),
    response: runPage,
  },
  'GET /api/workflows/:workflowId/runs': {
    summary: 'The runs of a workflow, newest first.',
    params: z.object({ workflowId: z.uuid() }),
    query: runFilterSchema.omit({ workflowId: true }).extend(page.shape),
    response: runPage,
  },
  'GET /api/runs/:runId': {
    summary: 'A run with every step and request, its events and credentials.',
    params: runId,
    response: runSchema,
  },
  'GET /api/failures': {
    summary:
      'What went wrong, by what the failures have in common, the newest first: at most 200 groups. Repair the cause, then do the runs again by workflowId and fingerprint.',
    query: z.object({
      workflowId: z.uuid().optional(),
      from: instant.optional().describe('Of runs that started then or later'),
      to: instant.optional().describe('Of runs that started before'),
    }),
    response: z.object({ failures: z.array(failureGroupSchema) }),
  },
  'POST /api/runs/replay': {
    summary:
      'Does runs again, as new runs with the events that started them. Issuing again is safe: the rules for duplicates hold.',
    body: replaySchema,
    response: replayReportSchema,
  },
  'POST /api/runs/:runId/cancel': {
    summary: 'Ends a run. A request that is under way is finished, with its result; the run goes no further.',
    params: runId,
    body: z.strictObject({
      reason: text(500).default('it was cancelled by hand'),
    }),
    response: z.object({
      outcome: z
        .enum(['cancelled', 'stopping'])
        .describe('stopping: its request is under way, or its step is being processed; it ends after that'),
    }),
  },
} as const;
