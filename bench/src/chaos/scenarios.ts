import { setTimeout as delay } from 'node:timers/promises';

import { checkPasses } from './check-passes.ts';
import { check } from './check.ts';
import type { Findings } from './findings.ts';
import { measure, recovery } from './measure.ts';
import type { Measures } from './measure.ts';
import { BUSY, MISBEHAVING } from './mix.ts';
import type { Mix } from './mix.ts';
import { killTree } from './processes.ts';
import type { Random } from './random.ts';
import { startSender } from './sender.ts';
import type { Reports, Sender } from './sender.ts';
import { drain } from './system.ts';
import type { System } from './system.ts';
import { PASSED, TRIGGER } from './workflows.ts';

/** What a scenario did. */
interface Course {
  /** How long after each kill the next step was settled, in ms. */
  readonly recoveries: readonly Promise<number>[];
}

export interface Scenario {
  readonly name: string;
  /** Whose people these are. */
  readonly prefix: string;
  readonly mix: Mix;
  /** People a second. */
  readonly rate: number;
  readonly reports: Reports;
  readonly clocks: 'right' | 'jumping';
  readonly run: (system: System, random: Random, sender: Sender) => Promise<Course>;
}

export interface ScenarioResult extends Findings, Measures {
  readonly name: string;
  readonly prefix: string;
  readonly reports: Reports;
  /** Whose events were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  readonly unanswered: number;
  readonly kills: number;
  /** From a kill to the next settled step, of the kill where it was longest. */
  readonly longestRecoveryMs: number | undefined;
  readonly drainSeconds: number;
  readonly totalSeconds: number;
}

/** A lease of 10 s, up to 2 s until its end is noticed, and a few more for the work of the other. */
const FREEZE_MS = 16_000;
const ACKNOWLEDGED_WITHIN_MS = 60_000;
/** Twelve attempts and their waits, were it to come to that. */
const DRAINED_WITHIN_MS = 120_000;

const BASE = { mix: BUSY, rate: 15, reports: { action: TRIGGER, times: 1 }, clocks: 'right' } as const;

/** What `npm run chaos` does. */
export const FULL: readonly Scenario[] = [
  {
    ...BASE,
    name: 'kill -9 of a worker',
    prefix: 'worker',
    run: async (system, random) => await killWorkers(system, random, 100),
  },
  {
    ...BASE,
    name: 'kill -9 of the process that takes events',
    prefix: 'api',
    run: async (system, random) => await killApi(system, random, 10),
  },
  {
    ...BASE,
    name: 'kill -9 of PostgreSQL',
    prefix: 'database',
    run: async (system, random, sender) => await killDatabase(system, random, sender, 10),
  },
  {
    ...BASE,
    name: 'an issuer that misbehaves',
    prefix: 'issuer',
    mix: MISBEHAVING,
    rate: 20,
    run: async () => await lasting(60),
  },
  {
    ...BASE,
    name: 'clocks that jump',
    prefix: 'clock',
    mix: MISBEHAVING,
    clocks: 'jumping',
    run: async () => await lasting(45),
  },
  {
    ...BASE,
    name: 'a worker frozen for longer than its lease',
    prefix: 'freeze',
    run: async (system, random) => await freezeWorkers(system, random, 4),
  },
  {
    ...BASE,
    name: 'passes that are reported twice, a misbehaving issuer, kill -9 of a worker',
    prefix: 'pass',
    mix: MISBEHAVING,
    rate: 10,
    reports: { action: PASSED, times: 2 },
    run: async (system, random) => await killWorkers(system, random, 20),
  },
];

/** What the tests do: all that fits into half a minute, at once. */
export const SHORT: readonly Scenario[] = [
  {
    ...BASE,
    name: 'kill -9 of workers and of PostgreSQL, a misbehaving issuer, clocks that jump',
    prefix: 'short',
    mix: MISBEHAVING,
    clocks: 'jumping',
    run: async (system, random, sender) => {
      const workers = await killWorkers(system, random, 3);
      const database = await killDatabase(system, random, sender, 1);
      return { recoveries: [...workers.recoveries, ...database.recoveries] };
    },
  },
];

/** Lets one happen while events flow, waits until all is over, and looks at what has come of it. */
export async function runScenario(
  scenario: Scenario,
  system: System,
  random: Random,
): Promise<ScenarioResult> {
  const began = performance.now();
  const since = new Date();
  await system.restartWorkers(scenario.clocks);
  await system.setMix(scenario.mix);
  const { prefix, rate, reports } = scenario;
  const sender = startSender(system.origin, system.apiKey, prefix, rate, reports);
  // The first events are under way.
  await delay(1_500);
  const course = await scenario.run(system, random, sender);
  await sender.finish(ACKNOWLEDGED_WITHIN_MS);
  const drainBegan = performance.now();
  // Whether all is over shows in what is checked: each path that is not is named there.
  await drain(system, DRAINED_WITHIN_MS);
  const drainSeconds = (performance.now() - drainBegan) / 1_000;
  const findings =
    reports.action === PASSED
      ? await checkPasses(system, prefix, reports.times, sender.acknowledged)
      : await check(system, prefix, sender.acknowledged);
  const recoveries = await Promise.all(course.recoveries);
  const measures = await measure(system.db, since);
  return {
    name: scenario.name,
    prefix,
    reports,
    acknowledged: sender.acknowledged,
    unanswered: sender.unanswered,
    kills: recoveries.length,
    longestRecoveryMs: recoveries.length === 0 ? undefined : Math.max(...recoveries),
    ...findings,
    ...measures,
    drainSeconds,
    totalSeconds: (performance.now() - began) / 1_000,
  };
}

async function lasting(seconds: number): Promise<Course> {
  await delay(seconds * 1_000);
  return { recoveries: [] };
}

/** One of those that are up, again and again; sometimes there is none left for a moment. */
async function killWorkers(system: System, random: Random, count: number): Promise<Course> {
  const recoveries: Promise<number>[] = [];
  while (recoveries.length < count) {
    await delay(random.between(300, 1_500));
    const worker = random.pick(system.workers);
    await worker.ready();
    const replaced = worker.replace();
    recoveries.push(recovery(system.db));
    await replaced;
  }
  await Promise.all(system.workers.map(async (worker) => await worker.ready()));
  return { recoveries };
}

/** Before events are answered, after they are stored, and while jobs of dead workers wait to be returned. */
async function killApi(system: System, random: Random, count: number): Promise<Course> {
  const recoveries: Promise<number>[] = [];
  while (recoveries.length < count) {
    await delay(random.between(500, 2_500));
    const replaced = system.api.replace();
    recoveries.push(recovery(system.db));
    await replaced;
    await system.api.ready();
  }
  return { recoveries };
}

/** Each time the supervision brings it back, and the next kill waits until events are taken again. */
async function killDatabase(system: System, random: Random, sender: Sender, count: number): Promise<Course> {
  const recoveries: Promise<number>[] = [];
  while (recoveries.length < count) {
    await delay(random.between(1_000, 4_000));
    const before = sender.acknowledged.size;
    killTree(system.postgresPid());
    recoveries.push(recovery(system.db));
    await delay(500);
    while (sender.acknowledged.size < before + 20) await delay(50);
  }
  return { recoveries };
}

/** SIGSTOP: it neither works nor says so, as on a machine that swaps, and goes on as if nothing had been. */
async function freezeWorkers(system: System, random: Random, count: number): Promise<Course> {
  const recoveries: Promise<number>[] = [];
  while (recoveries.length < count) {
    await delay(random.between(500, 1_500));
    const { process: frozen } = await random.pick(system.workers).ready();
    frozen.kill('SIGSTOP');
    recoveries.push(recovery(system.db));
    await delay(FREEZE_MS);
    frozen.kill('SIGCONT');
  }
  return { recoveries };
}
