import { cancelRun, settleStep } from '@laurel/workflow';

import type { EventLog } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { isDatabaseAway } from '../platform/http/failure.ts';
import type { Platform } from '../platform/platform.ts';
import { applyEffects } from './apply-effects.ts';
import type { EffectParts } from './effects.ts';
import { fingerprint } from './executors/fingerprint.ts';
import type { LoadedStep } from './loaded-step.ts';
import { planChanges } from './record-changes.ts';
import type { RecordTools } from './record-changes.ts';
import type { RecordedChange } from './recorded-change.ts';
import type { DeferredStep, SettledStep, Settlement } from './settlement.ts';
import {
  abandonRuns,
  deferSteps,
  openSteps,
  parkSteps,
  writeAttempts,
  writeIssuances,
} from './write-steps.ts';

export interface SettlementParts extends RecordTools, EffectParts {
  readonly platform: Platform;
  readonly log: EventLog;
}

/** Ends a transaction that wrote results whose leases turned out to be lost: nothing of it may stay. */
class LeasesLost extends Error {}

/**
 * Writes what became of steps, in one transaction with finishing their jobs, and answers the settlements that are not
 * written since their job is no longer held: another process has taken it over, and what happened here is found by its
 * look-up.
 */
export async function commitSettlements(
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<readonly Settlement[]> {
  const { platform } = parts;
  const commit = async (write: (tx: Tx) => Promise<Written>): Promise<readonly Settlement[]> => {
    const { lost, confirm } = await inTransaction(platform.db, async (tx) => {
      const written = await write(tx);
      platform.checkpoint('step: before its result is committed');
      return written;
    });
    platform.checkpoint('step: after its result is committed');
    confirm();
    return lost;
  };
  try {
    return await commit(async (tx) => await writeTogether(tx, parts, settlements));
  } catch (error) {
    // A lost lease shows as such, or as a row that its present holder has written; a step that was cancelled meanwhile
    // as one that is left: then both are looked at first.
    if (isDatabaseAway(error)) throw error;
    return await commit(async (tx) => await writeHeld(tx, parts, settlements));
  }
}

interface Written {
  readonly lost: readonly Settlement[];
  /** To be called after the commit. */
  readonly confirm: () => void;
}

/** Everything in one go, before it is known whether the leases hold: they nearly always do, and it saves round trips. */
async function writeTogether(
  tx: Tx,
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<Written> {
  const [held, confirm] = await Promise.all([
    parts.queue.finish(
      tx,
      settlements.map(({ job }) => job),
    ),
    writeResults(tx, parts, settlements),
  ]);
  if (settlements.some(({ job }) => !held.has(job.id))) throw new LeasesLost('a lease is lost');
  return { lost: [], confirm };
}

/** Of a step that was left meanwhile, only what was sent and answered is written. */
async function writeHeld(
  tx: Tx,
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<Written> {
  const finished = await parts.queue.finish(
    tx,
    settlements.map(({ job }) => job),
  );
  const held = settlements.filter(({ job }) => finished.has(job.id));
  const open = await openSteps(
    tx,
    held.map(({ job }) => job.data),
  );
  const isOpen = ({ job }: Settlement): boolean => open.has(job.data.stepId);
  const [confirm, confirmLate] = [
    await writeResults(tx, parts, held.filter(isOpen)),
    await writeLate(
      tx,
      parts,
      held.filter((settlement) => !isOpen(settlement)),
    ),
  ];
  return {
    lost: settlements.filter(({ job }) => !finished.has(job.id)),
    confirm: () => {
      confirm();
      confirmLate();
    },
  };
}

async function writeResults(
  tx: Tx,
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<() => void> {
  const effected = await applyEffects(
    tx,
    parts,
    settlements.filter((settlement) => settlement.kind === 'effect'),
  );
  const settled = [...settlements.filter((settlement) => settlement.kind === 'settled'), ...effected];
  const deferred = settlements.filter((settlement) => settlement.kind === 'deferred');
  const changes = [...settlements, ...effected].flatMap((settlement) => changeOf(settlement) ?? []);
  const planned = await planChanges(tx, parts, changes);
  const events = [...settled.flatMap((settlement) => settlement.events ?? []), ...planned.events];
  const append = async (): Promise<() => void> => await parts.log.append(tx, events);
  const rest = Promise.all([
    writeAttempts(tx, [...settled, ...deferred]),
    deferSteps(tx, parts.queue, deferred),
    writeIssuances(tx, settled),
    parkSteps(
      tx,
      parts.queue,
      settlements.filter((settlement) => settlement.kind === 'parked'),
    ),
    abandonRuns(
      tx,
      settlements.filter((settlement) => settlement.kind === 'abandoned'),
    ),
  ]);
  let confirm: () => void;
  if (planned.awaitsEvents) {
    // An Event Filter behind a node sees the event that the node has just generated.
    await planned.write(tx);
    confirm = await append();
    await rest;
  } else {
    [, confirm] = await Promise.all([planned.write(tx), append(), rest]);
  }
  return () => {
    confirm();
    planned.confirm();
  };
}

/** The request of a step that was cancelled meanwhile has its answer, the profile its event, the ledger its entry. */
async function writeLate(tx: Tx, { log }: SettlementParts, late: readonly Settlement[]): Promise<() => void> {
  const settled = late.filter((settlement) => settlement.kind === 'settled');
  const deferred = late.filter((settlement): settlement is DeferredStep => settlement.kind === 'deferred');
  const [confirm] = await Promise.all([
    log.append(
      tx,
      settled.flatMap(({ events }) => events ?? []),
    ),
    writeAttempts(tx, [...settled, ...deferred]),
    writeIssuances(tx, settled),
  ]);
  return confirm;
}

function changeOf(settlement: Settlement): RecordedChange | undefined {
  switch (settlement.kind) {
    case 'settled': {
      const { step, at, result } = settlement;
      const { workflow } = step.run;
      const { profileId } = step.job.data;
      const context = { profileId, now: at, timeZone: workflow.timeZone };
      const change = settleStep(workflow.definition, step.node.id, result, context);
      return recorded(step, at, change, { ...settlement, fingerprint: fingerprintOf(settlement) });
    }
    case 'cancelled': {
      const { step, at, reason } = settlement;
      return recorded(step, at, cancelRun(step.run.workflow.definition, step.node.id, reason), {});
    }
    case 'effect':
    case 'deferred':
    case 'parked':
    case 'abandoned':
    case 'stale':
      return undefined;
  }
}

/** A run never fails without one: its failure is found among those of its kind. */
function fingerprintOf({ fingerprint: given, result, step }: SettledStep): string | undefined {
  return result.outcome === 'broken' ? (given ?? fingerprint(step.node.title, result.reason)) : given;
}

function recorded(
  { job, run }: LoadedStep,
  at: Date,
  change: RecordedChange['change'],
  { fingerprint, mapped }: Pick<SettledStep, 'fingerprint' | 'mapped'>,
): RecordedChange {
  const { workspaceId, profileId, runId, stepId } = job.data;
  return {
    workspaceId,
    profileId,
    runId,
    workflow: run.workflow,
    at,
    change,
    deadlineAt: run.deadlineAt,
    triggerNodeId: run.triggerNodeId,
    events: run.events,
    cause: { kind: 'step', stepId, matched: undefined, fingerprint, mapped },
  };
}
