import { zonedTimeOf } from '@laurel/workflow';

import { KEPT } from './keep-steps.ts';
import type { AttemptView, RunView, StepView } from './read-steps.ts';
import type { RunSummary } from './run-summary.ts';

/** What a run is described by. */
export interface DescribedRun extends Pick<
  RunSummary,
  'state' | 'reason' | 'at' | 'durationMs' | 'stopReason'
> {
  readonly outcome: RunSummary['outcome'];
  readonly steps: readonly StepView[];
  readonly issuances: RunView['issuances'];
}

/** The state of a run in a sentence for people; times are those of the zone. */
export function describeRun(run: DescribedRun, timeZone: string): string {
  const sentence = sentenceOf(run, timeZone);
  return run.state === 'running' && run.stopReason !== undefined
    ? `${sentence}; it goes no further: ${run.stopReason}`
    : sentence;
}

function sentenceOf(run: DescribedRun, timeZone: string): string {
  const where = run.at === undefined ? '' : ` at "${run.at.title}"`;
  const because = run.reason === undefined ? '' : `: ${run.reason}`;
  switch (run.state) {
    case 'running':
      return describeOpenStep(run, timeZone);
    case 'finished':
      return describeFinished(run);
    case 'failed':
      return `Failed${where}${because}`;
    case 'skipped':
      return `Skipped${where}${because}`;
    case 'cancelled':
      return `Cancelled${where}${because}${isIssued(run) ? '; the credential was issued' : ''}`;
  }
}

function describeFinished(run: DescribedRun): string {
  const took = `in ${describeSpan(run.durationMs)}`;
  const issued = run.issuances.find(({ state }) => state === 'issued');
  const failed = run.steps.find(({ state }) => state === 'failed');
  if (failed !== undefined) {
    return `Failed at "${failed.title}": ${describeFailure(failed)}; the path went on to its end`;
  }
  if (issued === undefined) {
    const told = run.steps.find(({ reason }) => reason !== undefined && reason !== KEPT);
    return `Finished ${took}${told?.reason === undefined ? '' : `; "${told.title}": ${told.reason}`}`;
  }
  const tries = run.steps.find(({ id }) => id === issued.stepId)?.attempts.length ?? 0;
  return tries > 1 ? `Issued after ${tries} tries ${took}` : `Issued ${took}`;
}

function describeOpenStep(run: DescribedRun, timeZone: string): string {
  const { at } = run;
  const open = run.steps.findLast(({ leftAt }) => leftAt === undefined);
  if (at === undefined || open === undefined) return 'Has just started';
  const until = at.dueAt === undefined ? '' : describeInstant(at.dueAt, timeZone);
  const because = at.reason === undefined ? '' : `: ${at.reason}`;
  switch (at.state) {
    case 'waiting':
      return open.nodeType === 'event-filter'
        ? `Waits at "${at.title}" for an event, until ${until}`
        : `Waits at "${at.title}" until ${until}`;
    case 'retrying':
      return `Is tried again at "${at.title}", at ${until}${because}`;
    case 'paced':
      return `Waits at "${at.title}" for its turn, until ${until}${because}`;
    case 'paused':
      return `Is paused at "${at.title}"${because}`;
    case 'checking':
      return `Is being checked at "${at.title}"${because}`;
    case 'queued': {
      const last = open.attempts.at(-1);
      if (last === undefined) return `Waits at "${at.title}" to be processed`;
      return last.outcome === undefined
        ? `Has a request under way at "${at.title}", the ${ordinal(last.number)} try`
        : `Waits at "${at.title}" to be processed again`;
    }
    case 'succeeded':
    case 'failed':
    case 'skipped':
      return `Is between "${at.title}" and the next node`;
  }
}

function describeFailure({ reason, attempts }: StepView): string {
  return reason ?? describeAnswer(attempts.at(-1));
}

function describeAnswer(attempt: AttemptView | undefined): string {
  if (attempt === undefined) return 'it was not processed';
  if (attempt.status !== undefined) return `it was answered with ${attempt.status}`;
  return attempt.error ?? 'it was not answered';
}

function isIssued({ issuances }: DescribedRun): boolean {
  return issuances.some(({ state }) => state === 'issued');
}

function ordinal(number: number): string {
  const ending = { one: 'st', two: 'nd', few: 'rd', other: 'th' } as const;
  const rule = ORDINALS.select(number);
  return `${number}${rule === 'one' || rule === 'two' || rule === 'few' ? ending[rule] : ending.other}`;
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });

/** `320 ms`, `14.2 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`. */
export function describeSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  const [minutes, hours, days] = [
    Math.floor(seconds / 60),
    Math.floor(seconds / 3_600),
    Math.floor(seconds / 86_400),
  ];
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${days} d ${hours % 24} h`;
}

function describeInstant(instant: string, timeZone: string): string {
  const { year, month, day, hour, minute } = zonedTimeOf(new Date(instant), timeZone);
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} (${timeZone})`;
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}
