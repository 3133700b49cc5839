import { sql } from 'kysely';

import { instants, integers, jsons, texts, uuids } from '../platform/db/array-parameters.ts';
import type { Queryable } from '../platform/db/database.ts';
import { BY_KEY } from '../platform/db/keep-plans.ts';
import type { PreparedRequest } from './executors/send-requests.ts';

/** How much of a request's body is kept for people to look at. */
const BODY_LIMIT = 64 * 1024;

/** How long after its time-out a request is still taken to be under way: clocks and busy processes differ. */
const MARGIN_MS = 5_000;

/**
 * Whether a request may still leave whose intent was written down as of then. A process that was frozen or swapped out
 * since may have lost its step, and its request would be under way when it is taken to be over.
 */
export function mayLeave(intendedAt: Date, now: Date): boolean {
  return now.getTime() - intendedAt.getTime() < MARGIN_MS;
}

/**
 * Writes down that requests are about to leave, and answers those that may. The row is also the fence: of two workers
 * that hold one step, since the lease of the first has passed, one writes the attempt of this number, and the other does
 * not send. An intent without an outcome is a request whose fate is unknown.
 */
export async function writeIntents(
  db: Queryable,
  prepared: readonly PreparedRequest[],
  now: Date,
  timeoutMsOf: (request: PreparedRequest) => number,
): Promise<PreparedRequest[]> {
  if (prepared.length === 0) return [];
  const data = prepared.map(({ step }) => step.job.data);
  const { rows } = await sql<{ step_id: string }>`
    ${BY_KEY}
    insert into attempt (workspace_id, profile_id, run_id, step_id, number, method, url, headers, body, sent_at,
      expires_at)
    select w, p, r, s, n, m, u, h, b, ${now}, x from unnest(
      ${uuids(data.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(data.map(({ profileId }) => profileId))}::uuid[],
      ${uuids(data.map(({ runId }) => runId))}::uuid[],
      ${uuids(data.map(({ stepId }) => stepId))}::uuid[],
      ${integers(prepared.map(({ number }) => number))}::integer[],
      ${texts(prepared.map(({ request }) => request.method))}::text[],
      ${texts(prepared.map(({ masked }) => masked.maskedUrl))}::text[],
      ${jsons(prepared.map(({ masked }) => JSON.stringify(masked.maskedHeaders)))}::jsonb[],
      ${texts(prepared.map(({ request }) => request.body?.slice(0, BODY_LIMIT)))}::text[],
      ${instants(prepared.map((request) => new Date(now.getTime() + timeoutMsOf(request) + MARGIN_MS)))}::timestamptz[])
      as t(w, p, r, s, n, m, u, h, b, x)
    where exists (
      select from run_step o
      where o.workspace_id = w and o.profile_id = p and o.run_id = r and o.id = s and o.left_at is null)
    on conflict do nothing
    returning step_id`.execute(db);
  const written = new Set(rows.map((row) => row.step_id));
  return prepared.filter(({ step }) => written.has(step.job.data.stepId));
}

/** The last word on an attempt that has none: its process is gone, and the receiver does not know of the request. */
export async function endIntent(
  db: Queryable,
  { step, number }: Pick<PreparedRequest, 'step' | 'number'>,
): Promise<void> {
  const { workspaceId, profileId, runId, stepId } = step.job.data;
  await sql`
    update attempt set outcome = 'unknown',
      error = 'its process ended before an answer was written down; the receiver does not know of the request'
    where workspace_id = ${workspaceId} and profile_id = ${profileId} and run_id = ${runId} and step_id = ${stepId}
      and number = ${number} and outcome is null`.execute(db);
}
