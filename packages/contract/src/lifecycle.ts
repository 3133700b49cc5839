import { z } from 'zod';

import { issueSchema } from './issue.ts';
import { workflowSchema } from './workflows.ts';

const instant = z.iso.datetime();
const version = z.coerce.number().int().min(1);
const workflowId = z.object({ workflowId: z.uuid() });
const workflow = z.object({ workflow: workflowSchema });

const runsInsideSchema = z
  .enum(['finish', 'move', 'stop'])
  .describe('What becomes of the runs on other versions: they finish there, move over, or are stopped');

const publicationSchema = z
  .object({
    id: z.uuid(),
    version: z.int(),
    note: z.string(),
    publishedAt: instant,
    runsInside: runsInsideSchema,
    moved: z.int(),
    stayed: z.int().describe('Runs that could not move: they finish on their version'),
    stopped: z.int(),
    settledAt: instant.optional().describe('Absent: runs are still being moved or stopped'),
  })
  .meta({ id: 'Publication' });

const versionSummarySchema = z
  .object({
    version: z.int(),
    note: z.string().describe('What was said when it was published last'),
    createdAt: instant.describe('Of a draft: when it was saved last'),
    publishedAt: instant.optional().describe('When it was published last; absent: it is a draft'),
    active: z.boolean().describe('Whether new runs take it'),
    runsInside: z.int().describe('Runs on it that are not over'),
  })
  .meta({ id: 'VersionSummary' });

const insideCountSchema = z
  .object({
    version: z.int(),
    nodeId: z.string(),
    title: z.string(),
    state: z.string().describe('As of a step of a run'),
    runs: z.int(),
    move: z
      .enum(['moves', 'stays', 'already'])
      .describe('What becomes of them with `move`; `already`: they are on that version'),
    reason: z.string().optional().describe('Why they would stay'),
    stops: z.boolean().describe('Whether `stop` stops them'),
  })
  .meta({ id: 'InsideCount' });

/** A part of a definition, as its JSON Schema says. */
const node = z.looseObject({ id: z.string(), type: z.string(), title: z.string() });
const fieldChange = z.object({
  field: z.string().describe('A path such as `settings.headers[1].value`'),
  before: z.unknown().optional().describe('Absent: it was not there'),
  after: z.unknown().optional().describe('Absent: it is gone'),
});

const definitionDiffSchema = z
  .object({
    settings: z.array(fieldChange),
    added: z.array(node),
    removed: z.array(node),
    changed: z.array(z.object({ nodeId: z.string(), title: z.string(), fields: z.array(fieldChange) })),
    connections: z.array(
      z.object({
        nodeId: z.string(),
        output: z.string(),
        before: z.string().optional(),
        after: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'DefinitionDiff' });

/** What happens to a workflow that was saved. */
export const lifecycleEndpoints = {
  'POST /api/workflows/:workflowId/publish': {
    summary: 'Makes a version the one that new runs take. An older one takes the workflow back to it.',
    params: workflowId,
    body: z.strictObject({
      version: z.int().min(1).optional().describe('Default: the newest'),
      note: z.string().trim().max(2_000).default('').describe('Why, for people'),
      runsInside: runsInsideSchema.default('finish'),
    }),
    response: workflow.extend({ issues: z.array(issueSchema), publication: publicationSchema }),
  },
  'GET /api/workflows/:workflowId/publish-preview': {
    summary: 'How many runs are inside, where, and what would become of them.',
    params: workflowId,
    query: z.object({ version: version.optional().describe('Default: the newest') }),
    response: z.object({
      version: z.int(),
      inside: z.array(insideCountSchema),
      total: z.object({
        inside: z.int(),
        already: z.int(),
        moves: z.int(),
        stays: z.int(),
        stops: z.int(),
      }),
    }),
  },
  'GET /api/workflows/:workflowId/versions': {
    summary: 'The versions of a workflow and its latest 50 publications, the newest first.',
    params: workflowId,
    response: z.object({
      versions: z.array(versionSummarySchema),
      publications: z.array(publicationSchema),
    }),
  },
  'GET /api/workflows/:workflowId/versions/:version': {
    summary: 'The definition of a version.',
    params: workflowId.extend({ version }),
    response: z.object({ version: z.int(), definition: z.unknown() }),
  },
  'GET /api/workflows/:workflowId/versions/diff': {
    summary: 'What changes from one version to another.',
    params: workflowId,
    query: z.object({ from: version, to: version }),
    response: definitionDiffSchema,
  },
  'POST /api/workflows/:workflowId/start': {
    summary: 'Starts a workflow that is pending, paused, stopped or finished.',
    params: workflowId,
    response: workflow,
  },
  'POST /api/workflows/:workflowId/pause': {
    summary:
      'No run starts, and the runs inside stand still. Events that come meanwhile start nothing, also later.',
    params: workflowId,
    response: workflow,
  },
  'POST /api/workflows/:workflowId/resume': {
    summary: 'Runs start again, and the runs inside go on where they are.',
    params: workflowId,
    response: workflow,
  },
  'POST /api/workflows/:workflowId/stop': {
    summary: 'No run starts, and the runs inside end; a request that is under way is finished first.',
    params: workflowId,
    response: workflow,
  },
  'PUT /api/workflows/:workflowId/schedule': {
    summary: 'Plans when a workflow starts and stops by itself; replaces what was planned.',
    params: workflowId,
    body: z.strictObject({
      startAt: z.iso.datetime({ offset: true }).nullable().default(null),
      stopAt: z.iso.datetime({ offset: true }).nullable().default(null),
    }),
    response: workflow,
  },
} as const;
