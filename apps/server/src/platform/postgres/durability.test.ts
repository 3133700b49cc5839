import { Client } from 'pg';
import { describe, expect, it, vi } from 'vitest';

import { query } from './testing/database.ts';
import { killServer } from './testing/processes.ts';
import { scratchFolder, started } from './testing/scratch.ts';

const WRITERS = 4;
const BATCH = 50;
const ROUNDS = 3;

/** Inserts batches until the server is gone; each batch number is kept once its commit was answered. */
async function write(connectionString: string, writer: number, acknowledged: number[]): Promise<void> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  for (let batch = acknowledged.length * WRITERS + writer; ; batch += WRITERS) {
    await client.query('insert into acknowledged select $1, generate_series(1, $2::int)', [batch, BATCH]);
    acknowledged.push(batch);
  }
}

describe('kill -9 of the whole server while rows are acknowledged', () => {
  it(`loses none of them, ${ROUNDS} times over`, async () => {
    const folder = scratchFolder();
    const kept = Array.from({ length: WRITERS }, (): number[] => []);
    for (let round = 1; round <= ROUNDS; round++) {
      const server = await started(folder);
      const { connectionString, adopted } = server;
      expect(adopted).toBe(false);
      await query(
        connectionString,
        'create table if not exists acknowledged (batch int, n int, unique (batch, n))',
      );
      // A batch whose commit was not answered may be there all the same: it goes, so that the writers can number on.
      await query(
        connectionString,
        `delete from acknowledged where not batch = any ('{${kept.flat().join()}}')`,
      );
      const writers = kept.map(
        async (acknowledged, writer) => await write(connectionString, writer, acknowledged),
      );
      const ends = Promise.allSettled(writers);
      const enough = kept.flat().length + 400;
      await vi.waitFor(() => expect(kept.flat().length).toBeGreaterThan(enough), {
        timeout: 20_000,
        interval: 5,
      });
      killServer(server.pid);
      expect((await ends).map(({ status }) => status)).toEqual(kept.map(() => 'rejected'));

      const rows = await vi.waitFor(
        async () =>
          await query(connectionString, 'select batch, count(*)::int as n from acknowledged group by 1'),
        { timeout: 20_000 },
      );
      const found = new Map(rows.map(({ batch, n }) => [batch, n]));
      expect(kept.flat().filter((batch) => found.get(batch) !== BATCH)).toEqual([]);
      await server.stop();
    }
  });
});
