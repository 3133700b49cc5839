import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { PreparedRequest } from './execute-step.ts';
import type { StepQueue } from './step-job.ts';

/** Headers whose values are kept as `[secret]`. */
const SECRET_HEADERS =
  /^(authorization|proxy-authorization|cookie|.*(api-?key|token|secret|signature|password).*)$/;
/** How much of a request's body is kept for people to look at. */
const BODY_LIMIT = 64 * 1024;

/**
 * Writes down that requests are about to leave, and answers those that may: a job that this process no longer holds
 * is another's to send. An intent without an outcome is a request whose fate is unknown.
 */
export async function writeIntents(
  tx: Tx,
  queue: StepQueue,
  prepared: readonly PreparedRequest[],
  now: Date,
): Promise<PreparedRequest[]> {
  if (prepared.length === 0) return [];
  const held = await queue.confirm(
    tx,
    prepared.map(({ step }) => step.job),
  );
  const allowed = prepared.filter(({ step }) => held.has(step.job.id));
  const data = allowed.map(({ step }) => step.job.data);
  await sql`
    insert into attempt (workspace_id, profile_id, run_id, step_id, number, method, url, headers, body, sent_at)
    select w, p, r, s, n, m, u, h, b, ${now} from unnest(
      ${data.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${data.map(({ profileId }) => profileId)}::uuid[],
      ${data.map(({ runId }) => runId)}::uuid[],
      ${data.map(({ stepId }) => stepId)}::uuid[],
      ${allowed.map(({ number }) => number)}::integer[],
      ${allowed.map(({ request }) => request.method)}::text[],
      ${allowed.map(({ request }) => request.url)}::text[],
      ${allowed.map(({ request }) => JSON.stringify(withoutSecrets(request.headers)))}::jsonb[],
      ${allowed.map(({ request }) => request.body?.slice(0, BODY_LIMIT) ?? null)}::text[]) as t(w, p, r, s, n, m, u, h, b)
  `.execute(tx);
  return allowed;
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.test(name) && name !== 'idempotency-key' ? '[secret]' : value,
    ]),
  );
}
