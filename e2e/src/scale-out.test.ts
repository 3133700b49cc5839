import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmbeddedPostgres } from '../../apps/server/src/platform/postgres/index.ts';
import { send, until } from './client.ts';
import { applyIssuing, eachOnce, fleet, outcome, pass, untilFinished } from './scale-out.ts';
import type { Fleet } from './scale-out.ts';
import { temporaryFolder } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { logIn } from './use-case.ts';

const INTENT = 'step: after the intent is committed';
const SETTLED = 'step: after its result is committed';
/** From the kill until everything is settled. */
const TAKE_OVER_MS = 15_000;

const people = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index}@example.org`);

const folder = temporaryFolder();
let server = '';
let stopServer = async (): Promise<void> => undefined;

beforeAll(async () => {
  const started = await startEmbeddedPostgres({
    dataDir: `${folder.path}/database`,
    settings: { max_connections: '300' },
  });
  if (started.kind === 'failed') throw new Error(started.message);
  server = started.postgres.connectionString;
  stopServer = async () => await started.postgres.stop();
});

afterAll(async () => {
  await stopServer();
  folder[Symbol.dispose]();
});

/**
 * While the issuer does not answer, sends events until this worker has a request under way. Spread over more than a
 * second, so that each of several workers finds some when it looks at the queue.
 */
async function untilInHand(
  it: { readonly api: ServerProcess; readonly hub: Record<string, string>; readonly worker: ServerProcess },
  emails: readonly string[],
): Promise<void> {
  const before = await it.worker.passed(INTENT);
  for (const email of emails) {
    await pass(it.api, it.hub, email);
    await delay(8);
  }
  await until(async () => ((await it.worker.passed(INTENT)) > before ? true : undefined));
}

async function start(it: Fleet) {
  const api = await it.start('api,scheduler');
  const hub = await applyIssuing(api, it);
  return { api, hub };
}

describe.concurrent('several processes on one database', () => {
  it(
    'workers share the work, and when one is killed the others take its part over',
    { timeout: 60_000 },
    async () => {
      await using it = await fleet(server, folder.path);
      const { api, hub } = await start(it);
      const [first, second] = await Promise.all([it.start('worker'), it.start('worker')]);
      await Promise.all(people('early', 150).map(async (email) => await pass(api, hub, email)));
      await untilFinished(it, 150);
      // A third one joins by being started.
      const third = await it.start('worker');

      it.issuer.hold();
      await untilInHand({ api, hub, worker: third }, people('late', 150));
      await third.kill();
      it.issuer.release();
      expect(await untilFinished(it, 300)).toBeLessThan(TAKE_OVER_MS);
      for (const worker of [first, second]) expect(await worker.passed(SETTLED)).toBeGreaterThan(0);

      expect(await outcome(it)).toEqual(eachOnce(300));
      expect(it.issuer.issued.size).toBe(300);
      expect(new Set(it.issuer.issued.values())).toEqual(new Set([1]));
    },
  );

  it(
    'a worker that stood still for longer than its lease settles nothing twice',
    { timeout: 60_000 },
    async () => {
      await using it = await fleet(server, folder.path);
      const { api, hub } = await start(it);
      const frozen = await it.start('worker');
      it.issuer.hold();
      await untilInHand({ api, hub, worker: frozen }, people('p', 20));
      await until(async () => (it.issuer.issued.size === 20 ? true : undefined));
      const settled = await frozen.passed(SETTLED);
      frozen.process.kill('SIGSTOP');
      try {
        it.issuer.release();
        await it.start('worker');
        await untilFinished(it, 20);
      } finally {
        frozen.process.kill('SIGCONT');
      }
      // It reads the answers now that lay there since, and finds its steps taken over.
      await until(async () =>
        frozen.log().split('taken over by another worker').length > 20 ? true : undefined,
      );
      expect(await frozen.passed(SETTLED)).toBeGreaterThan(settled);
      await pass(api, hub, 'afterwards@example.org');
      await untilFinished(it, 21);
      expect(await outcome(it)).toEqual(eachOnce(21));
      expect(new Set(it.issuer.issued.values())).toEqual(new Set([1]));
    },
  );

  it('each role alone does its part and no other', { timeout: 60_000 }, async () => {
    await using it = await fleet(server, folder.path);
    const status = async (process: ServerProcess, path: string): Promise<number> =>
      (await send('GET', `${process.origin}${path}`)).status;
    const surfaces = async (process: ServerProcess) => ({
      ready: await status(process, '/readyz'),
      hub: await status(process, '/v4/clients/by-email/ada@example.org'),
      console: await status(process, '/api/workflows'),
      issuer: await status(process, '/v1/all_credentials'),
    });

    const api = await it.start('api');
    expect(await surfaces(api)).toEqual({ ready: 200, hub: 401, console: 401, issuer: 404 });
    const hub = await applyIssuing(api, it);
    await pass(api, hub, 'ada@example.org');
    const [step] = await it.query("select state, job_id from run_step where node_id = 'issue'");
    expect(step).toMatchObject({ state: 'queued' });

    // The scheduler looks for what is stuck, and executes nothing.
    await it.query(`delete from jobs.job where id = '${String(step?.['job_id'])}'`);
    await it.query("update run_step set entered_at = entered_at - interval '1 h'");
    const scheduler = await it.start('scheduler');
    expect(await surfaces(scheduler)).toEqual({ ready: 200, hub: 404, console: 404, issuer: 404 });
    await until(async () => {
      const jobs = await it.query("select 1 from jobs.job where name = 'steps' and state = 'created'");
      return jobs.length === 1 ? true : undefined;
    });
    expect((await send('GET', `${scheduler.origin}/metrics`)).text).toContain(
      'laurel_mended_total{what="job"} 1',
    );
    expect(it.issuer.issued.size).toBe(0);

    const issuer = await it.start('issuer');
    expect(await surfaces(issuer)).toEqual({ ready: 200, hub: 404, console: 404, issuer: 401 });
    const worker = await it.start('worker');
    expect(await surfaces(worker)).toEqual({ ready: 200, hub: 404, console: 404, issuer: 404 });
    await untilFinished(it, 1);
    expect(await outcome(it)).toEqual(eachOnce(1));
    expect([...it.issuer.issued]).toEqual([['ada@example.org', 1]]);
    expect(await logIn(api.origin)).toHaveProperty('authorization');
  });
});
