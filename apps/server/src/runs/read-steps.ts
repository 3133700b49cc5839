import { runSchema, timingsSchema } from '@laurel/contract';
import { nodeById } from '@laurel/workflow';
import type { Definition } from '@laurel/workflow';
import type { z } from 'zod';

import type { Queryable } from '../platform/db/database.ts';
import { attributesOf } from '../profiles/index.ts';

export type RunView = z.input<typeof runSchema>;
export type StepView = RunView['steps'][number];
export type AttemptView = StepView['attempts'][number];

/** What a run and everything of it is found by. */
export interface RunKey {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly runId: string;
}

const step = runSchema.shape.steps.element.shape;
const outcome = step.attempts.element.shape.outcome;

/** The steps of a run in their order, with their requests. */
export async function readSteps(db: Queryable, key: RunKey, definition: Definition): Promise<StepView[]> {
  const rows = await db
    .selectFrom('run_step')
    .selectAll()
    .where('workspace_id', '=', key.workspaceId)
    .where('profile_id', '=', key.profileId)
    .where('run_id', '=', key.runId)
    .orderBy('entered_at')
    .orderBy('id')
    .execute();
  const attempts = await readAttempts(db, key);
  return rows.map((row) => {
    const ofStep = attempts.get(row.id) ?? [];
    const [first] = ofStep;
    return {
      id: row.id,
      nodeId: row.node_id,
      nodeType: row.node_type,
      title: nodeById(definition, row.node_id)?.title ?? row.node_id,
      state: step.state.parse(row.state),
      ...(row.reason !== null && { reason: row.reason }),
      enteredAt: row.entered_at.toISOString(),
      ...(row.left_at !== null && {
        leftAt: row.left_at.toISOString(),
        durationMs: span(row.entered_at, row.left_at),
      }),
      ...(row.due_at !== null && { dueAt: row.due_at.toISOString() }),
      ...(row.output !== null && { output: row.output }),
      ...(row.mapped !== null && { mapped: attributesOf(row.mapped) }),
      ...(first !== undefined && { queuedMs: span(row.entered_at, new Date(first.sentAt)) }),
      attempts: ofStep,
    };
  });
}

/** Not negative, since the clocks of two machines may differ. */
function span(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime());
}

async function readAttempts(db: Queryable, key: RunKey): Promise<ReadonlyMap<string, AttemptView[]>> {
  const rows = await db
    .selectFrom('attempt')
    .selectAll()
    .where('workspace_id', '=', key.workspaceId)
    .where('profile_id', '=', key.profileId)
    .where('run_id', '=', key.runId)
    .orderBy('number')
    .execute();
  const byStep = new Map<string, AttemptView[]>();
  for (const row of rows) {
    const timings = timingsSchema.safeParse(row.timings);
    const view: AttemptView = {
      number: row.number,
      method: row.method,
      url: row.url,
      headers: textsOf(row.headers),
      ...(row.body !== null && { body: row.body }),
      sentAt: row.sent_at.toISOString(),
      ...(row.outcome === null
        ? { expiresAt: row.expires_at.toISOString() }
        : { outcome: outcome.parse(row.outcome) }),
      ...(row.status !== null && { status: row.status }),
      ...(row.response !== null && { response: row.response }),
      responseTruncated: row.response_truncated ?? false,
      ...(row.response_headers !== null && { responseHeaders: textsOf(row.response_headers) }),
      ...(row.error !== null && { error: row.error }),
      ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
      ...(timings.success && { timings: timings.data }),
    };
    byStep.set(row.step_id, [...(byStep.get(row.step_id) ?? []), view]);
  }
  return byStep;
}

function textsOf(stored: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributesOf(stored)).map(([name, value]) => [name, String(value)]),
  );
}
