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

const workflowId = z.object({ workflowId: z.uuid() });
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
} as const;
