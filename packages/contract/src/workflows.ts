import { z } from 'zod';

import { issueSchema } from './issue.ts';

const instant = z.iso.datetime();

export const workflowSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    status: z.enum(['draft', 'pending', 'active', 'paused', 'stopped', 'finished']),
    newestVersion: z.int(),
    hasDraft: z.boolean().describe('Whether the newest version has not been published'),
    activeVersion: z.int().optional().describe('The version that was published last: new runs take it'),
    startAt: instant.optional().describe('When a workflow that is pending starts by itself'),
    stopAt: instant.optional().describe('When it stops by itself'),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Workflow' });

const saveWorkflowSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    definition: z.unknown().describe('See /api/workflow-definition.schema.json'),
    run: z.boolean().default(false).describe('Save & Run: refused while there are errors'),
  })
  .meta({ id: 'SaveWorkflow' });

const counts = {
  entered: z.int(),
  executed: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  skipped: z.int(),
};

export const statisticsSchema = z
  .object({
    total: z.array(z.object({ nodeId: z.string(), ...counts })),
    minutes: z.array(z.object({ nodeId: z.string(), minute: instant, ...counts })),
  })
  .meta({ id: 'Statistics' });

export const runSummarySchema = z
  .object({
    id: z.uuid(),
    workflowId: z.uuid(),
    version: z.int(),
    profileId: z.uuid(),
    state: z.enum(['running', 'finished', 'skipped', 'failed', 'cancelled']),
    reason: z.string().optional(),
    startedAt: instant,
    endedAt: instant.optional(),
  })
  .meta({ id: 'RunSummary' });

const attemptSchema = z.object({
  number: z.int(),
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()).describe('Secrets are masked'),
  body: z.string().optional(),
  sentAt: instant,
  outcome: z.enum(['answered', 'not-sent', 'refused', 'unknown', 'reconciled']).optional(),
  status: z.int().optional(),
  response: z.string().optional(),
  responseTruncated: z.boolean(),
  error: z.string().optional(),
  durationMs: z.number().optional(),
});

export const runSchema = runSummarySchema
  .extend({
    event: z
      .object({
        id: z.uuid(),
        action: z.string(),
        time: instant,
        params: z.record(z.string(), z.unknown()),
      })
      .optional()
      .describe('What started it; absent where an audience did'),
    steps: z.array(
      z.object({
        id: z.uuid(),
        nodeId: z.string(),
        nodeType: z.string(),
        title: z.string(),
        state: z.enum([
          'queued',
          'waiting',
          'retrying',
          'paced',
          'paused',
          'checking',
          'succeeded',
          'failed',
          'skipped',
        ]),
        dueAt: instant.optional().describe('When a step that waits is taken up again'),
        output: z.string().optional().describe('The output by which the path left'),
        reason: z.string().optional(),
        enteredAt: instant,
        leftAt: instant.optional(),
        attempts: z.array(attemptSchema),
      }),
    ),
  })
  .meta({ id: 'Run' });

const workflowId = z.object({ workflowId: z.uuid() });
const page = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: instant.optional().describe('Runs that started before this instant'),
});
const saved = z.object({
  outcome: z.enum(['created', 'updated', 'unchanged']),
  workflow: workflowSchema,
  issues: z.array(issueSchema),
});

export const workflowEndpoints = {
  'GET /api/workflows': {
    summary: 'The workflows of the workspace, by name.',
    response: z.object({ workflows: z.array(workflowSchema) }),
  },
  'POST /api/workflows': {
    summary: 'Makes a workflow: Save, or Save & Run.',
    body: saveWorkflowSchema,
    response: saved,
  },
  'GET /api/workflows/:workflowId': {
    summary: 'A workflow with the definition of its newest version.',
    params: workflowId,
    response: z.object({ workflow: workflowSchema, definition: z.unknown() }),
  },
  'PUT /api/workflows/:workflowId': {
    summary: 'Changes a workflow: Save, or Save & Run.',
    params: workflowId,
    body: saveWorkflowSchema,
    response: saved,
  },
  'DELETE /api/workflows/:workflowId': {
    summary: 'Deletes a draft, or a stopped workflow without runs inside. What its runs did stays.',
    params: workflowId,
    response: z.object({ deleted: z.literal(true) }),
  },
  'POST /api/workflows/:workflowId/duplicate': {
    summary: 'Makes a draft with the newest definition of a workflow.',
    params: workflowId,
    body: z.strictObject({
      name: z.string().trim().min(1).max(200).optional().describe('Default: "… (copy)"'),
    }),
    response: z.object({ workflow: workflowSchema }),
  },
  'POST /api/workflows/validate': {
    summary: 'The issues of a definition, which is not saved.',
    body: z.strictObject({ definition: z.unknown() }),
    response: z.object({ issues: z.array(issueSchema) }),
  },
  'GET /api/workflows/:workflowId/statistics': {
    summary: 'Entered, executed, succeeded, failed and skipped per node, in total and by minute.',
    params: workflowId,
    query: z.object({
      version: z.coerce.number().int().min(1).optional(),
      from: instant.optional(),
      to: instant.optional(),
    }),
    response: statisticsSchema,
  },
  'GET /api/workflows/:workflowId/runs': {
    summary: 'The runs of a workflow, newest first.',
    params: workflowId,
    query: page,
    response: z.object({ runs: z.array(runSummarySchema) }),
  },
  'GET /api/runs/:runId': {
    summary: 'A run with every step and request.',
    params: z.object({ runId: z.uuid() }),
    response: runSchema,
  },
} as const;
