import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';

import { apiApp } from '../testing/api-app.ts';

const PEOPLE = 400;
const ROUNDS = 5;

/** Indexes that begin with what many rows share: rows that are found by key are not looked for in these. */
const SHARED = ['run_newest', 'run_workflow', 'run_inside', 'event_timeline', 'profile_identifier_profile'];

it('finds the rows of batches by key, also while statistics know nothing of the tables', async () => {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await apiApp());
  const { db } = api.database;
  const definition = {
    format: '2026-11-24',
    nodes: [
      {
        id: 'start',
        type: 'profile-event',
        title: 'Acquired',
        settings: { event: 'test.acquired' },
        outputs: { next: 'tell' },
      },
      {
        id: 'tell',
        type: 'generate-event',
        title: 'Tell',
        settings: { event: { name: 'test.told' } },
        outputs: { next: 'end' },
      },
      { id: 'end', type: 'end', title: 'End' },
    ],
  };
  const documents = [{ kind: 'Workflow', metadata: { name: 'Tell' }, spec: { definition } }];
  expect(await api.ask('POST', '/api/apply', { documents })).toMatchObject({ status: 200 });
  // What PostgreSQL believes from now on: all of these are empty.
  await sql`alter table run set (autovacuum_enabled = false)`.execute(db);
  await sql`alter table profile_identifier set (autovacuum_enabled = false)`.execute(db);
  await sql`alter table run_step set (autovacuum_enabled = false)`.execute(db);
  await sql`vacuum analyze run, run_step, profile_identifier, event`.execute(db);
  for (let round = 0; round < ROUNDS; round++) {
    const events = Array.from({ length: PEOPLE }, (_, person) => ({
      type: 'custom',
      label: 'Acquired',
      action: 'test.acquired',
      client: { email: `person${person + round * PEOPLE}@example.org` },
      params: {},
    }));
    expect(await api.ask('POST', '/v4/events/batch', events)).toMatchObject({ status: 202 });
    await vi.waitFor(
      async () => {
        const { rows } = await sql<{ count: number }>`
          select count(*)::integer as count from run where ended_at is not null`.execute(db);
        expect(rows).toEqual([{ count: (round + 1) * PEOPLE }]);
      },
      { timeout: 30_000, interval: 50 },
    );
  }
  // The connections of the app tell what they have counted when they end.
  await api.app.stop();
  await vi.waitFor(
    async () => {
      const { rows } = await sql<{ name: string; reads: number }>`
        select indexrelname as name, idx_tup_read::integer as reads from pg_stat_user_indexes`.execute(db);
      const reads = new Map(rows.map(({ name, reads: count }) => [name, count]));
      // Each run is ended by its key once.
      expect(reads.get('run_id')).toBeGreaterThanOrEqual(PEOPLE * ROUNDS);
      expect(Object.fromEntries(SHARED.map((name) => [name, reads.get(name) ?? 0]))).toEqual(
        Object.fromEntries(SHARED.map((name) => [name, 0])),
      );
    },
    { timeout: 10_000, interval: 100 },
  );
});
