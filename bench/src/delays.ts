import { Client } from 'pg';

import { median, quantile } from './load.ts';
import { report } from './report.ts';
import { benchServer } from './server.ts';

const WAITING = 1_000_000;
const CLAIMS = 200;
const BATCH = 64;

/**
 * What a claim costs while a million steps wait for a time to come: the worker's own statement, by `EXPLAIN (ANALYZE)`
 * on its queue, with a few due jobs in between. The jobs are written as the server writes them.
 */
export async function benchDelays(): Promise<void> {
  await using server = await benchServer();
  const client = new Client({ connectionString: server.connectionString });
  await client.connect();
  const began = performance.now();
  await client.query(
    `insert into jobs.job (id, name, data, state, start_after, created_on, keep_until, retry_limit, retry_delay,
       retry_backoff, expire_seconds, deletion_seconds, heartbeat_seconds, policy)
     select gen_random_uuid(), 'steps', jsonb_build_object('workspaceId', gen_random_uuid(), 'profileId', gen_random_uuid(),
         'runId', gen_random_uuid(), 'stepId', gen_random_uuid()),
       'created', now() + interval '14 days' + n * interval '1 s', now() - interval '1 hour', now() + interval '1 year',
       1000000, 0, false, 600, 600, 10, 'standard'
     from generate_series(1, $1) n`,
    [WAITING],
  );
  await client.query('vacuum analyze jobs.job_common');
  const seconds = (performance.now() - began) / 1_000;
  const empty = await claimTimes(server.connectionString, 0);
  const few = await claimTimes(server.connectionString, BATCH);
  await client.end();
  report(
    [
      { name: 'nothing due', times: empty },
      { name: `${BATCH} due`, times: few },
    ].map(({ name, times }) => ({
      name,
      waiting: WAITING,
      'claim p50 ms': median(times),
      'p99 ms': quantile(times, 0.99),
    })),
  );
  process.stdout.write(`\n${WAITING} jobs written in ${seconds.toFixed(1)} s\n`);
}

/** Claims by the server's queue itself, on a connection of its own. */
async function claimTimes(connectionString: string, due: number): Promise<number[]> {
  const { startJobEngine } = await import('../../apps/server/src/platform/jobs/pg-boss-queue.ts');
  const { createLog } = await import('../../apps/server/src/platform/log.ts');
  const { openDatabase } = await import('../../apps/server/src/platform/db/database.ts');
  const { inTransaction } = await import('../../apps/server/src/platform/db/transaction.ts');
  const { newId } = await import('../../apps/server/src/platform/ids.ts');
  const engine = await startJobEngine(connectionString, createLog('fatal'), { supervise: false });
  const database = openDatabase(connectionString, { max: 2 });
  // A queue of its own would be an empty one: the worker of the server is kept from these by claiming them at once.
  const queue = await engine.queue<{ runId: string }>('steps');
  const times: number[] = [];
  for (let claim = 0; claim < CLAIMS; claim++) {
    if (due > 0) {
      const jobs = Array.from({ length: due }, () => ({ id: newId(), data: { runId: newId() } }));
      await inTransaction(database.db, async (tx) => await queue.enqueue(tx, jobs));
    }
    const began = performance.now();
    const claimed = await queue.claim(BATCH);
    times.push(performance.now() - began);
    await inTransaction(database.db, async (tx) => await queue.finish(tx, claimed));
  }
  await engine.stop();
  await database.close();
  return times;
}
