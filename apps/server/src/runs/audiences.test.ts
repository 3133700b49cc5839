import { describe, expect, it, vi } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { saveSegment } from '../segments/index.ts';
import { END, runSystem } from './testing/run-system.ts';

const OPEN_END = { ...END, settings: { stopOthers: false } };
const note = (id: string, next = 'end') => ({
  id,
  type: 'generate-event',
  settings: { event: { name: `noted.${id}` }, params: '{"email":"{{ customer.email }}"}' },
  outputs: { next },
});
const audience = (settings: object, outputs: Record<string, string> = { next: 'n1' }) => ({
  id: 'start',
  type: 'audience',
  settings,
  outputs,
});

/** A system with so many profiles, half of them of level A. */
async function populated(count = 20) {
  const system = await runSystem();
  for (let person = 0; person < count; person++) {
    await system.send('person.seen', {}, `person${person}@example.org`);
  }
  const profiles = await system.db.selectFrom('profile').select(['id', 'email']).orderBy('email').execute();
  for (const [index, { id }] of profiles.entries()) {
    await system.db
      .updateTable('profile')
      .set({ attributes: JSON.stringify({ level: index % 2 === 0 ? 'A' : 'B' }) })
      .where('id', '=', id)
      .execute();
  }
  return system;
}

const LEVEL_A = { attribute: 'level', operator: 'equal', value: 'A' } as const;

describe('an audience', () => {
  it('of everyone starts a run for each profile, once, in parts, and the workflow is finished', async () => {
    await using system = await populated(20);
    const id = await system.save([audience({}), note('n1'), OPEN_END]);
    await system.ended(20);
    expect(await system.counters(id)).toEqual({
      start: '20/20/20/0/0',
      n1: '20/20/20/0/0',
      end: '20/20/20/0/0',
    });
    await vi.waitFor(
      async () =>
        expect(await system.db.selectFrom('workflow').select('status').executeTakeFirstOrThrow()).toEqual({
          status: 'finished',
        }),
      { timeout: 10_000 },
    );
    expect(await system.db.selectFrom('audience_run').selectAll().execute()).toMatchObject([
      { state: 'finished', started_runs: 20 },
    ]);
  });

  it('of a saved segment, split by segments into named paths, in order of priority', async () => {
    await using system = await populated(20);
    await inTransaction(
      system.db,
      async (tx) =>
        await saveSegment(tx, new Date(), {
          workspaceId: system.workspaceId,
          id: undefined,
          name: 'Level A',
          condition: LEVEL_A,
        }),
    );
    const split = [
      { name: 'first', condition: { attribute: 'email', operator: 'start-with', value: 'person0' } },
      { name: 'rest', segment: 'Level A' },
    ];
    const id = await system.save([
      audience({ audience: { segment: 'Level A' }, split }, { first: 'a', rest: 'b' }),
      note('a'),
      note('b'),
      OPEN_END,
    ]);
    await system.ended(10);
    expect(await system.counters(id)).toMatchObject({
      start: '10/10/10/0/0',
      a: '1/1/1/0/0',
      b: '9/9/9/0/0',
    });
  });

  it('may have inserts in its conditions', async () => {
    await using system = await populated(4);
    await system.save([
      audience({
        dynamic: true,
        audience: {
          condition: { attribute: 'level', operator: 'equal', value: "{{ 'a'|upper }}" },
        },
      }),
      note('n1'),
      OPEN_END,
    ]);
    await system.ended(2);
    expect(await system.events('noted.n1')).toHaveLength(2);
  });

  it('that repeats is taken again at its times, and goes on after a restart of its worker', async () => {
    await using system = await populated(3);
    const from = new Date(Date.now() - 59_000).toISOString();
    await system.save([
      audience({ schedule: { mode: 'repeat', every: { amount: 1, unit: 'minutes' }, from } }),
      note('n1'),
      OPEN_END,
    ]);
    await vi.waitFor(
      async () =>
        expect(
          await system.db
            .selectFrom('audience_run')
            .select('state')
            .where('state', '=', 'finished')
            .execute(),
        ).toHaveLength(1),
      { timeout: 15_000 },
    );
    await vi.waitFor(
      async () =>
        expect(
          await system.db
            .selectFrom('audience_run')
            .select('due_at')
            .where('state', '=', 'scheduled')
            .execute(),
        ).toHaveLength(1),
      { timeout: 10_000 },
    );
    const runs = await system.db.selectFrom('audience_run').select('due_at').orderBy('due_at').execute();
    expect(runs[1]!.due_at.getTime() - runs[0]!.due_at.getTime()).toBe(60_000);
    expect(await system.db.selectFrom('workflow').select('status').executeTakeFirstOrThrow()).toEqual({
      status: 'active',
    });
  });
});

describe('a Profile Filter', () => {
  it('sends profiles on by what they are when they arrive', async () => {
    await using system = await populated(6);
    const id = await system.save([
      audience({}),
      {
        id: 'n1',
        type: 'profile-filter',
        settings: { filter: { condition: LEVEL_A } },
        outputs: { matched: 'yes', 'not-matched': 'no' },
      },
      note('yes'),
      note('no'),
      OPEN_END,
    ]);
    await system.ended(6);
    expect(await system.counters(id)).toMatchObject({ n1: '6/6/6/0/0', yes: '3/3/3/0/0', no: '3/3/3/0/0' });
  });
});
