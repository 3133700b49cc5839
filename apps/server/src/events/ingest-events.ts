import { sql } from 'kysely';

import { texts, uuids } from '../platform/db/array-parameters.ts';
import type { Tx } from '../platform/db/database.ts';
import { databaseErrorCode, inTransaction } from '../platform/db/transaction.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { ProfileResolution } from '../profiles/index.ts';
import type { EventLog } from './append-events.ts';
import type { EventRefusal, IngestOutcome, IngestRequest } from './event-input.ts';
import { overwriteSalted } from './event-salt.ts';
import type { NewEvent } from './event-store.ts';
import { sameEmail } from './parse-event.ts';

/** Rows in one transaction. Beyond about a hundred the cost of a commit no longer shows. */
const MAX_ROWS = 500;
/** While two batches are being written, the next one gathers. */
const MAX_IN_FLIGHT = 2;
/**
 * A second batch beside the first is worth its own round trips only when it is large: with 64 clients, two halves cost
 * a quarter more CPU an event than one whole.
 */
const OVERLAP_AT = 128;

/**
 * Takes requests with events and stores them, many requests in one transaction. Each request is answered after the
 * COMMIT of the transaction that it is in: what was answered `stored` is on disk.
 */
export function createIngest(platform: Platform, log: EventLog): GroupCommit<IngestRequest, IngestOutcome> {
  return new GroupCommit<IngestRequest, IngestOutcome>({
    maxWeight: MAX_ROWS,
    maxInFlight: MAX_IN_FLIGHT,
    overlapAt: OVERLAP_AT,
    weigh: ({ events }) => events.length,
    // Data that the database refuses in spite of our own checks: the fault of one request, not of its neighbours.
    isPoisoned: (error) => /^2[23]/.test(databaseErrorCode(error) ?? ''),
    flush: async (requests) => {
      const batch = await inTransaction(
        platform.db,
        async (tx) => await storeBatch(tx, platform, log, requests),
      );
      platform.checkpoint('ingest: after the commit');
      batch.confirm();
      return batch.outcomes;
    },
  });
}

async function storeBatch(
  tx: Tx,
  platform: Platform,
  log: EventLog,
  requests: readonly IngestRequest[],
): Promise<{ outcomes: IngestOutcome[]; confirm: () => void }> {
  const references = requests.flatMap(({ workspaceId, events }) =>
    events.map(({ client }) => ({ workspaceId, client })),
  );
  const profiles = await ProfileResolution.load(tx, references);
  const outcomes = requests.map((request) => refusalsOf(request, profiles));
  await claimKeys(tx, requests, outcomes);
  const accepted = requests.filter((_, index) => outcomes[index]?.kind === 'stored');
  const events = accepted.flatMap((request) =>
    request.events.map((event) => ({
      event: {
        workspaceId: request.workspaceId,
        profileId: profiles.resolve({ workspaceId: request.workspaceId, client: event.client }),
        id: newId(),
        action: event.action,
        time: event.time,
        receivedAt: request.receivedAt,
        params: event.params,
        source: 'api',
      } satisfies NewEvent,
      claimedTime: event.claimedTime,
      salt: event.salt,
    })),
  );
  const store = await profiles.prepareSave(platform.numericIds);
  const [, confirm] = await Promise.all([
    store(tx, platform.clock.now()),
    overwriteSalted(tx, events).then(async (fresh) => await log.append(tx, fresh)),
  ]);
  platform.checkpoint('ingest: before the commit');
  return { outcomes, confirm };
}

/** What only the profiles can tell: an unknown `id`, and a parameter `email` that is somebody else's. */
function refusalsOf(request: IngestRequest, profiles: ProfileResolution): IngestOutcome {
  const refusals = request.events.flatMap(({ client, params }, index): EventRefusal[] => {
    const profile = profiles.find({ workspaceId: request.workspaceId, client });
    if (profile === undefined && Object.keys(client).every((kind) => kind === 'id')) {
      const message = 'there is no profile with this id; send a customId, uuid or email to make one';
      return [{ index, field: 'client.id', message, rejectedValue: client.id }];
    }
    const { email } = params;
    if (email !== undefined && typeof profile?.email === 'string' && !sameEmail(email, profile.email)) {
      return [
        { index, field: 'params.email', message: "must equal the profile's email", rejectedValue: email },
      ];
    }
    return [];
  });
  return refusals.length === 0 ? { kind: 'stored' } : { kind: 'refused', refusals };
}

/**
 * Claims the Idempotency-Keys of the requests that would be stored; the outcomes of those whose key is taken are
 * replaced. A key that another transaction is just claiming makes this one wait for its end.
 */
async function claimKeys(
  tx: Tx,
  requests: readonly IngestRequest[],
  outcomes: IngestOutcome[],
): Promise<void> {
  const claims = new Map<string, { index: number; workspaceId: string; key: string; digest: Buffer }>();
  for (const [index, { workspaceId, idempotency }] of requests.entries()) {
    if (idempotency === undefined || outcomes[index]?.kind !== 'stored') continue;
    const name = `${workspaceId} ${idempotency.key}`;
    const first = claims.get(name);
    if (first === undefined) claims.set(name, { index, workspaceId, ...idempotency });
    else outcomes[index] = { kind: first.digest.equals(idempotency.digest) ? 'replayed' : 'key-reused' };
  }
  if (claims.size === 0) return;
  const sorted = [...claims].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, claim]) => claim);
  const { rows: claimed } = await sql<{ workspace_id: string; key: string }>`
    insert into ingest_key (workspace_id, key, request_digest)
    select * from unnest(
      ${uuids(sorted.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${texts(sorted.map(({ key }) => key))}::text[],
      ${sorted.map(({ digest }) => digest)}::bytea[])
    on conflict do nothing
    returning workspace_id, key`.execute(tx);
  for (const row of claimed) claims.delete(`${row.workspace_id} ${row.key}`);
  for (const claim of claims.values()) {
    const before = await tx
      .selectFrom('ingest_key')
      .select('request_digest')
      .where('workspace_id', '=', claim.workspaceId)
      .where('key', '=', claim.key)
      .executeTakeFirst();
    outcomes[claim.index] = { kind: before?.request_digest.equals(claim.digest) ? 'replayed' : 'key-reused' };
  }
}
