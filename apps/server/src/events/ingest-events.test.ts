import { describe, expect, it } from 'vitest';

import type { Database } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { EventLog, NO_CONSEQUENCES } from './append-events.ts';
import { KnownDefinitions } from './event-definitions.ts';
import type { EventInput, IngestRequest } from './event-input.ts';
import type { NewEvent } from './event-store.ts';
import { createIngest } from './ingest-events.ts';

const NOON = new Date('2026-11-24T12:00:00Z');

function event(change: Partial<EventInput> = {}): EventInput {
  return {
    client: { email: 'ada@example.org' },
    action: 'certification.acquired',
    time: NOON,
    claimedTime: NOON,
    params: {},
    salt: undefined,
    ...change,
  };
}

async function setUp(db: Database) {
  const workspaceId = await testWorkspace(db);
  const told: NewEvent[] = [];
  const log = new EventLog(new KnownDefinitions());
  log.subscribe(async (_tx, events) => {
    told.push(...events);
    return NO_CONSEQUENCES;
  });
  const ingest = createIngest(testPlatform(db), log);
  const send = async (events: readonly EventInput[], more: Partial<IngestRequest> = {}) =>
    await ingest.add({ workspaceId, receivedAt: NOON, events, idempotency: undefined, ...more });
  const stored = async () =>
    await db.selectFrom('event').select(['id', 'action', 'params', 'profile_id']).orderBy('id').execute();
  return { workspaceId, ingest, told, send, stored };
}

describe('ingest', () => {
  it('stores an event, makes its profile and its definition, and tells the subscriber once', async () => {
    await using database = await testDatabase();
    const { send, stored, told } = await setUp(database.db);
    expect(await send([event({ params: { score: 81 } })])).toEqual({ kind: 'stored' });
    expect(await stored()).toMatchObject([{ action: 'certification.acquired', params: { score: 81 } }]);
    expect(told).toHaveLength(1);
    const profiles = await database.db.selectFrom('profile').select(['email', 'client_id']).execute();
    expect(profiles).toEqual([{ email: 'ada@example.org', client_id: expect.any(Number) }]);
    const definitions = await database.db.selectFrom('event_definition').select(['name', 'origin']).execute();
    expect(definitions).toEqual([{ name: 'certification.acquired', origin: 'received' }]);
  });

  it('makes one profile of one person, however many requests name it at once', async () => {
    await using database = await testDatabase();
    const { send, stored } = await setUp(database.db);
    const spellings = ['ada@example.org', 'Ada@Example.org', ' ADA@example.org '];
    const outcomes = await Promise.all(
      Array.from(
        { length: 300 },
        async (_, index) =>
          await send([
            event({ client: { email: spellings[index % 3] ?? '', uuid: `browser-${index % 7}` } }),
          ]),
      ),
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']));
    const events = await stored();
    expect(events).toHaveLength(300);
    expect(new Set(events.map((row) => row.profile_id)).size).toBe(1);
  });

  it('makes one profile of one person on two servers at once', async () => {
    await using database = await testDatabase();
    const one = await setUp(database.db);
    const log = new EventLog(new KnownDefinitions());
    const other = createIngest(testPlatform(database.db), log);
    const people = Array.from({ length: 40 }, (_, index) =>
      event({ client: { email: `p${index}@example.org` } }),
    );
    await Promise.all(
      people.flatMap((person) => [
        one.send([person]),
        other.add({
          workspaceId: one.workspaceId,
          receivedAt: NOON,
          events: [person],
          idempotency: undefined,
        }),
      ]),
    );
    const profiles = await database.db.selectFrom('profile').select('id').execute();
    expect(profiles).toHaveLength(40);
    expect(await one.stored()).toHaveLength(80);
  });

  it('finds a profile by any of its identifiers and gives it the new ones', async () => {
    await using database = await testDatabase();
    const { send } = await setUp(database.db);
    await send([event({ client: { uuid: 'u-1' } })]);
    await send([event({ client: { uuid: 'u-1', email: 'ada@example.org' } })]);
    await send([event({ client: { email: 'ada@example.org', customId: 'A1' } })]);
    const [profile, ...others] = await database.db
      .selectFrom('profile')
      .select(['client_id', 'uuid', 'email', 'custom_id'])
      .execute();
    expect(others).toEqual([]);
    expect(profile).toMatchObject({ uuid: 'u-1', email: 'ada@example.org', custom_id: 'A1' });
    expect(await send([event({ client: { id: profile!.client_id } })])).toEqual({ kind: 'stored' });
  });

  it('refuses an unknown id, with nothing of its request stored', async () => {
    await using database = await testDatabase();
    const { send, stored } = await setUp(database.db);
    const outcome = await send([event(), event({ client: { id: 987_654 } })]);
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusals: [{ index: 1, field: 'client.id', rejectedValue: 987_654 }],
    });
    expect(await stored()).toEqual([]);
    expect(await database.db.selectFrom('profile').select('id').execute()).toEqual([]);
  });

  it("refuses a parameter email that is not the profile's", async () => {
    await using database = await testDatabase();
    const { send } = await setUp(database.db);
    await send([event({ client: { email: 'ada@example.org', customId: 'A1' } })]);
    const outcome = await send([
      event({ client: { customId: 'A1' }, params: { email: 'other@example.org' } }),
    ]);
    expect(outcome).toMatchObject({ kind: 'refused', refusals: [{ field: 'params.email' }] });
  });

  it('stores a request with an Idempotency-Key once, and refuses another request with the same key', async () => {
    await using database = await testDatabase();
    const { send, stored, told } = await setUp(database.db);
    const idempotency = { key: 'k1', digest: Buffer.from('a') };
    const all = await Promise.all([1, 2, 3].map(async () => await send([event()], { idempotency })));
    expect(all.map(({ kind }) => kind).sort()).toEqual(['replayed', 'replayed', 'stored']);
    expect(await send([event()], { idempotency })).toEqual({ kind: 'replayed' });
    expect(await send([event()], { idempotency: { key: 'k1', digest: Buffer.from('b') } })).toEqual({
      kind: 'key-reused',
    });
    expect(await stored()).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  it('keeps the keys of two workspaces apart', async () => {
    await using database = await testDatabase();
    const { send, stored } = await setUp(database.db);
    const idempotency = { key: 'k1', digest: Buffer.from('a') };
    await send([event()], { idempotency });
    const workspaceId = await testWorkspace(database.db);
    expect(await send([event()], { idempotency, workspaceId })).toEqual({ kind: 'stored' });
    const events = await stored();
    expect(new Set(events.map((row) => row.profile_id)).size).toBe(2);
  });

  it('overwrites an event of the same salt, profile, action and time, keeps its id and starts nothing', async () => {
    await using database = await testDatabase();
    const { send, stored, told } = await setUp(database.db);
    await send([event({ salt: 's', params: { score: 1 } })]);
    const [first] = await stored();
    await send([event({ salt: 's', params: { score: 2 } })]);
    expect(await stored()).toEqual([{ ...first, params: { score: 2 } }]);
    expect(told).toHaveLength(1);
    await send([
      event({ salt: 's', time: new Date(NOON.getTime() - 1), claimedTime: new Date(NOON.getTime() - 1) }),
    ]);
    await send([event({ salt: 's', action: 'other.action' })]);
    await send([event({ salt: 's', client: { email: 'other@example.org' } })]);
    expect(await stored()).toHaveLength(4);
    expect(told).toHaveLength(4);
  });

  it('overwrites within one batch too', async () => {
    await using database = await testDatabase();
    const { send, stored, told } = await setUp(database.db);
    await send([event({ salt: 's', params: { score: 1 } }), event({ salt: 's', params: { score: 2 } })]);
    expect(await stored()).toMatchObject([{ params: { score: 2 } }]);
    expect(told).toHaveLength(1);
  });

  it('writes nothing of a batch whose subscriber fails, and the next one is stored', async () => {
    await using database = await testDatabase();
    const workspaceId = await testWorkspace(database.db);
    const log = new EventLog(new KnownDefinitions());
    let fail = true;
    log.subscribe(async () => {
      if (fail) throw new Error('no');
      return NO_CONSEQUENCES;
    });
    const ingest = createIngest(testPlatform(database.db), log);
    const request = { workspaceId, receivedAt: NOON, events: [event()], idempotency: undefined };
    await expect(ingest.add(request)).rejects.toThrow('no');
    expect(await database.db.selectFrom('event').select('id').execute()).toEqual([]);
    fail = false;
    expect(await ingest.add(request)).toEqual({ kind: 'stored' });
    const definitions = await database.db.selectFrom('event_definition').select('name').execute();
    expect(definitions).toHaveLength(1);
  });

  it('lets an event that the database refuses fail alone', async () => {
    await using database = await testDatabase();
    const { send, stored } = await setUp(database.db);
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 20 }, async () => await send([event({ client: { customId: newId() } })])),
      send([event({ params: { bad: 'a\0b' } })]),
    ]);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await stored()).toHaveLength(20);
  });
});
