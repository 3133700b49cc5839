import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/db/database.ts';
import { startJobEngine } from '../platform/jobs/pg-boss-queue.ts';
import { readHealth, Reaper, STEP_QUEUE } from '../runs/index.ts';
import type { MendedCounts, ReaperParts, RunHealth, StepJob } from '../runs/index.ts';
import type { Finding } from './finding.ts';

/** A queue whose first job is due for longer is not worked on, or too slowly. */
const LAG_FAULT_SECONDS = 60;
const BY_ITSELF =
  'A process with the role scheduler mends this within minutes, `laurel doctor --mend` at once.';

/** How the runs of a database are. Changes nothing. */
export async function checkRuns(db: Database, now: Date): Promise<Finding[]> {
  const health = await readHealth(db, now);
  return [
    { good: true, what: `runs: ${statesOf(health.runs)}` },
    { good: true, what: `open steps: ${statesOf(health.openSteps)}` },
    lagFinding(health, now),
    counted(health.lostJobs, {
      good: 'every open step has a job that takes it up',
      bad: 'open steps that no job will take up',
      help: BY_ITSELF,
    }),
    counted(health.lateJobs, {
      good: 'no run waits beyond its deadline',
      bad: 'steps that wait beyond the deadline of their run',
      help: BY_ITSELF,
    }),
    counted(health.lostRuns, {
      good: 'every running run is at a step',
      bad: 'running runs that are at no step',
      help: `${BY_ITSELF} They end as failed.`,
    }),
    counted(health.leftovers, {
      good: 'nothing is left over from steps that were left',
      bad: 'awaited events and parked steps of steps that were left',
      help: BY_ITSELF,
    }),
    counted(health.silentRequests, {
      good: 'no request is without an outcome after its time',
      bad: 'requests without an outcome after their time, whose receivers nobody has asked',
      help: 'Start a process with the role worker.',
    }),
    counted(health.strandedSteps, {
      good: 'every parked step waits for a workflow that is paused',
      bad: 'parked steps of workflows that are not paused',
      help: 'Pause the workflows and resume them.',
    }),
  ];
}

/** Runs the reaper once over everything, and says what it did. */
export async function mendRuns(
  platform: ReaperParts['platform'],
  { claimSeconds }: Config,
  connectionString: string,
): Promise<string[]> {
  const jobs = await startJobEngine(connectionString, platform.log, { supervise: false, claimSeconds });
  try {
    const queue = await jobs.queue<StepJob>(STEP_QUEUE);
    return told(await new Reaper({ platform, queue }).sweepAll());
  } finally {
    await jobs.stop();
  }
}

function told(counts: MendedCounts): string[] {
  const lines: readonly (readonly [number, string])[] = [
    [counts.job, 'open steps that got a job again'],
    [counts.deadline, 'steps of runs past their deadline that are taken up now'],
    [counts.run, 'runs that were at no step, ended as failed'],
    [counts.event_wait, 'awaited events of steps that were left, deleted'],
    [counts.parked_step, 'parked steps that were left, deleted'],
  ];
  const done = lines.filter(([count]) => count > 0);
  return done.length === 0
    ? ['nothing was to be mended']
    : done.map(([count, what]) => `${what}: ${numberOf(count)}`);
}

function counted(
  count: number,
  { good, bad, help }: { readonly good: string; readonly bad: string; readonly help: string },
): Finding {
  return count === 0
    ? { good: true, what: good }
    : { good: false, what: `${bad}: ${numberOf(count)}. ${help}` };
}

function lagFinding({ lag: { due, oldest } }: RunHealth, now: Date): Finding {
  if (oldest === undefined) return { good: true, what: 'no step waits for a worker' };
  const seconds = Math.max(0, Math.round((now.getTime() - oldest.getTime()) / 1_000));
  const what = `steps that wait for a worker: ${numberOf(due)}, the first of them for ${durationOf(seconds)}`;
  return seconds <= LAG_FAULT_SECONDS
    ? { good: true, what }
    : { good: false, what: `${what}. Start a process with the role worker, or one more.` };
}

function durationOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${numberOf(Math.round(seconds / 3_600))} h`;
}

function statesOf(counts: RunHealth['runs']): string {
  return counts.length === 0
    ? 'none'
    : counts.map(({ state, count }) => `${numberOf(count)} ${state}`).join(', ');
}

const numberOf = (count: number): string => count.toLocaleString('en');
