import { createHash } from 'node:crypto';

import { MAX_REPLAYED } from '@laurel/contract';
import type { replaySchema } from '@laurel/contract';
import type { z } from 'zod';

import { boundedRead } from '../platform/db/bounded-read.ts';
import type { BoundedRead } from '../platform/db/bounded-read.ts';
import type { Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { insertKeptSteps } from './keep-steps.ts';
import { findOriginals } from './load-originals.ts';
import type { Selection } from './load-originals.ts';
import { planReplays } from './plan-replay.ts';
import type { PlannedReplay, ReplayManner } from './plan-replay.ts';
import { planChanges } from './record-changes.ts';
import { beginReplay, readReplay, writeReplay } from './replay-store.ts';
import type { ReplayKey, ReplayReport } from './replay-store.ts';
import type { RunPlace } from './run-filter.ts';
import type { RunTools } from './run-tools.ts';

export type ReplayRequest = z.output<typeof replaySchema>;

export type ReplayOutcome =
  | { readonly kind: 'reported'; readonly report: ReplayReport }
  /** The request id stands for another request. */
  | { readonly kind: 'request-id-reused' }
  | { readonly kind: 'too-slow' };

type ReplayTools = Pick<RunTools, 'queue' | 'handOff' | 'log' | 'versions'>;

/** Runs that are started in one transaction. */
const BATCH = 500;
/** How many runs of each reason are named. */
const NAMED = 10;

/**
 * Does runs again: new runs with the events that started the old ones, which they point to. A dry run only tells what
 * would be done. Each batch is one transaction with how far the request has come, so that a request that is sent again
 * with its id, after whatever happened to the first, goes on from there.
 */
export async function replayRuns(
  platform: Platform,
  tools: ReplayTools,
  workspaceId: string,
  request: ReplayRequest,
): Promise<ReplayOutcome> {
  const manner: ReplayManner = {
    fromNode: request.from === 'start' ? undefined : request.from.nodeId,
    version: request.version,
  };
  const missing = await missingRuns(platform, workspaceId, request);
  if (missing.kind === 'too-slow') return missing;
  const { dryRun, requestId } = request;
  if (dryRun || requestId === undefined)
    return await rehearse(platform, tools, workspaceId, request, manner, missing.value);
  const key = { workspaceId, requestId };
  const digest = digestOf(request);
  const now = platform.clock.now();
  const begun = await beginReplay(platform.db, key, { digest, now, refused: missing.value });
  if (!begun.digest.equals(digest)) return { kind: 'request-id-reused' };
  const selection = selectionOf(request, begun.createdAt);
  for (;;) {
    const progress = await readReplay(platform.db, key);
    if (progress.isFinished) return { kind: 'reported', report: progress.report };
    const { cursor, report } = progress;
    const page = await findPage(platform, workspaceId, selection, cursor, roomOf(report));
    if (page.kind === 'too-slow') return page;
    await replayPage(platform, tools, key, manner, cursor, page.value);
  }
}

/** A page of the runs that are asked for, and whether there are more behind it. */
interface Page {
  readonly places: readonly RunPlace[];
  readonly more: boolean;
}

async function findPage(
  { db }: Platform,
  workspaceId: string,
  selection: Selection,
  after: RunPlace | undefined,
  room: number,
): Promise<BoundedRead<Page>> {
  const limit = Math.min(BATCH, room);
  const found = await boundedRead(
    db,
    async (tx) => await findOriginals(tx, workspaceId, selection, after, limit + 1),
  );
  if (found.kind === 'too-slow') return found;
  return {
    kind: 'read',
    value: { places: found.value.slice(0, limit), more: found.value.length > limit },
  };
}

/** How many more runs the request may look at. */
function roomOf({ started, refused }: ReplayReport): number {
  return MAX_REPLAYED - started - refused.reduce((sum, { count }) => sum + count, 0);
}

async function replayPage(
  platform: Platform,
  tools: ReplayTools,
  key: ReplayKey,
  manner: ReplayManner,
  after: RunPlace | undefined,
  { places, more }: Page,
): Promise<void> {
  const confirm = await inTransaction(platform.db, async (tx) => {
    const { cursor, report, isFinished, createdAt } = await readReplay(tx, key, true);
    // The same request is being answered elsewhere too, and was faster.
    if (isFinished || cursor?.id !== after?.id) return () => undefined;
    const now = platform.clock.now();
    // Not before the request, whoever's clock is behind: the request never meets its own runs.
    const at = now > createdAt ? now : createdAt;
    const ids = places.map(({ id }) => id);
    const planned = await planReplays(tx, tools.versions, key.workspaceId, ids, manner, at);
    const confirm = await startPlanned(tx, tools, key.workspaceId, planned);
    const added = add(report, planned);
    const isLast = !more || roomOf(added) === 0;
    await writeReplay(tx, key, places.at(-1), { ...added, more: isLast && more }, isLast ? now : null);
    return confirm;
  });
  confirm();
}

async function startPlanned(
  tx: Tx,
  { queue, handOff, log }: ReplayTools,
  workspaceId: string,
  planned: readonly PlannedReplay[],
): Promise<() => void> {
  const starts = planned.filter((replay) => replay.kind === 'start');
  // By way of the queue: what a run keeps is read from the database.
  const viaQueue = {
    queue,
    handOff: { room: () => 0, take: () => undefined, wake: () => handOff.wake() },
  };
  const changes = await planChanges(
    tx,
    viaQueue,
    starts.map(({ change }) => change),
  );
  const [, confirm] = await Promise.all([
    changes.write(tx),
    log.append(tx, changes.events),
    insertKeptSteps(
      tx,
      workspaceId,
      starts.flatMap(({ change, kept }) => kept.map((step) => ({ runId: change.runId, step }))),
    ),
  ]);
  return () => {
    confirm();
    changes.confirm();
  };
}

async function rehearse(
  platform: Platform,
  { versions }: ReplayTools,
  workspaceId: string,
  request: ReplayRequest,
  manner: ReplayManner,
  refused: ReplayReport['refused'],
): Promise<ReplayOutcome> {
  const now = platform.clock.now();
  const selection = selectionOf(request, now);
  let report: ReplayReport = { started: 0, refused, more: false };
  let after: RunPlace | undefined;
  for (;;) {
    const page = await findPage(platform, workspaceId, selection, after, roomOf(report));
    if (page.kind === 'too-slow') return page;
    const { places, more } = page.value;
    const planned = await inTransaction(
      platform.db,
      async (tx) =>
        await planReplays(
          tx,
          versions,
          workspaceId,
          places.map(({ id }) => id),
          manner,
          now,
        ),
    );
    report = add(report, planned);
    after = places.at(-1);
    if (!more) return { kind: 'reported', report };
    if (roomOf(report) === 0) return { kind: 'reported', report: { ...report, more } };
  }
}

function add(report: ReplayReport, planned: readonly PlannedReplay[]): ReplayReport {
  const refused = new Map(report.refused.map((group) => [group.reason, group]));
  let { started } = report;
  for (const replay of planned) {
    if (replay.kind === 'start') {
      started++;
      continue;
    }
    const { reason, runId } = replay;
    const group = refused.get(reason) ?? { reason, count: 0, runIds: [] };
    const runIds = group.runIds.length < NAMED ? [...group.runIds, runId] : group.runIds;
    refused.set(reason, { reason, count: group.count + 1, runIds });
  }
  return { ...report, started, refused: [...refused.values()] };
}

/** The runs that are asked for by their ids and are not there. */
async function missingRuns(
  { db }: Platform,
  workspaceId: string,
  { runIds }: ReplayRequest,
): Promise<BoundedRead<ReplayReport['refused']>> {
  if (runIds === undefined) return { kind: 'read', value: [] };
  const wanted = [...new Set(runIds)];
  const found = await boundedRead(
    db,
    async (tx) =>
      await findOriginals(tx, workspaceId, { kind: 'ids', runIds: wanted }, undefined, wanted.length),
  );
  if (found.kind === 'too-slow') return found;
  const there = new Set(found.value.map(({ id }) => id));
  const missing = wanted.filter((id) => !there.has(id.toLowerCase()));
  if (missing.length === 0) return { kind: 'read', value: [] };
  const reason = 'there is no such run';
  return { kind: 'read', value: [{ reason, count: missing.length, runIds: missing.slice(0, NAMED) }] };
}

function selectionOf({ runIds, filter }: ReplayRequest, before: Date): Selection {
  if (runIds !== undefined) return { kind: 'ids', runIds };
  return { kind: 'filter', filter: filter ?? {}, before };
}

function digestOf({ runIds, filter, from, version }: ReplayRequest): Buffer {
  const conditions = Object.entries(filter ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([runIds, conditions, from, version]);
  return createHash('sha256').update(text).digest();
}
