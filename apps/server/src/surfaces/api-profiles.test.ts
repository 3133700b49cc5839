import { profileEndpoints, profileSchema } from '@laurel/contract';
import { describe, expect, it } from 'vitest';

import { setHolder } from '../access/index.ts';
import { insertEvents } from '../events/event-store.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { mount } from '../platform/http/mount.ts';
import { createHttpServer } from '../platform/http/server.ts';
import { newId } from '../platform/ids.ts';
import { updateProfiles } from '../profiles/index.ts';
import { setUpProfiles } from '../profiles/testing/set-up-profiles.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { profileHandlers } from './api-profiles.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into answers of any shape
type Json = any;

async function setUp() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const profiles = stack.use(await setUpProfiles(database));
  const { db, platform, workspaceId } = profiles;
  const foreignWorkspaceId = await testWorkspace(db);
  const app = await createHttpServer(platform.log);
  app.addHook('onRequest', async (request) => {
    setHolder(request, { kind: 'api-key', keyId: newId(), workspaceId, workspaceGuid: newId() });
  });
  mount(app, profileEndpoints, profileHandlers(platform));
  stack.defer(async () => await app.close());
  const get = async (url: string) => {
    const answer = await app.inject(url);
    const json: Json = answer.json();
    return { status: answer.statusCode, json };
  };
  const make = async (email: string, attributes: Record<string, unknown> = {}, tagsAdded: string[] = []) => {
    const profileId = await profiles.make(email);
    await inTransaction(
      db,
      async (tx) =>
        await updateProfiles(tx, platform, platform.clock.now(), [
          { workspaceId, profileId, attributes, tagsAdded },
        ]),
    );
    return profileId;
  };
  /** The ids of all pages, each as it came. */
  const pages = async (url: string, cursor: 'after' | 'before', member: 'profiles' | 'events') => {
    const ids: string[][] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const separator = url.includes('?') ? '&' : '?';
      const { json } = await get(next === '' ? url : `${url}${separator}${cursor}=${next}`);
      const items: { id: string }[] = json[member];
      ids.push(items.map(({ id }) => id));
      next = json.next;
    }
    return ids;
  };
  return {
    db,
    workspaceId,
    get,
    make,
    makeForeign: async (email: string) => await profiles.make(email, foreignWorkspaceId),
    pages,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

describe('the profiles of the console', () => {
  it('are listed newest first, page by page', async () => {
    await using it = await setUp();
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push(await it.make(`p${index}@example.org`));
    await it.makeForeign('foreign@example.org');
    const newest = made.toReversed();
    expect(await it.pages('/api/profiles', 'after', 'profiles')).toEqual([newest]);
    expect(await it.pages('/api/profiles?limit=2', 'after', 'profiles')).toEqual([
      newest.slice(0, 2),
      newest.slice(2, 4),
      newest.slice(4),
    ]);
  });

  it('are found by an identifier alone, or by a part of an e-mail or name', async () => {
    await using it = await setUp();
    const ada = await it.make('ada@example.org', { firstName: 'Ada', lastName: 'Lovelace' }, ['vip']);
    const nevada = await it.make('nevada@example.org', { lastName: '100% sure_' });
    await it.makeForeign('ada@example.com');
    const search = async (text: string): Promise<string[]> =>
      (await it.pages(`/api/profiles?search=${encodeURIComponent(text)}`, 'after', 'profiles')).flat();
    expect(await search(' ADA@example.org ')).toEqual([ada]);
    expect(await search('ada')).toEqual([nevada, ada]);
    expect(await search('ada lovel')).toEqual([ada]);
    expect(await search('0% sure_')).toEqual([nevada]);
    expect(await search('%')).toEqual([nevada]);
    expect(await search('\\')).toEqual([]);
    const { json } = await it.get('/api/profiles?search=lovelace');
    expect(json.profiles).toEqual([
      {
        id: ada,
        clientId: expect.any(Number),
        email: 'ada@example.org',
        firstName: 'Ada',
        lastName: 'Lovelace',
        tags: ['vip'],
        createdAt: '2026-11-24T12:00:00.000Z',
        updatedAt: '2026-11-24T12:00:00.000Z',
      },
    ]);
    expect((await search(String(json.profiles[0].clientId)))[0]).toBe(ada);
    for (const query of ['search=%00', 'limit=0', 'limit=201', 'after=x']) {
      expect((await it.get(`/api/profiles?${query}`)).status).toBe(400);
    }
  });

  it('are shown one by one, each to its own workspace', async () => {
    await using it = await setUp();
    const ada = await it.make('ada@example.org', { city: 'London', plan: { seats: 3 } });
    const { json } = await it.get(`/api/profiles/${ada}`);
    expect(profileSchema.parse(json)).toMatchObject({
      id: ada,
      uuids: [],
      fields: { city: 'London' },
      attributes: { plan: { seats: 3 } },
    });
    const foreign = await it.makeForeign('grace@example.org');
    for (const id of [foreign, newId()]) {
      for (const url of [`/api/profiles/${id}`, `/api/profiles/${id}/events`]) {
        expect(await it.get(url)).toMatchObject({ status: 404, json: { code: 'profile-not-found' } });
      }
    }
  });

  it('have their events newest first, also many of one instant', async () => {
    await using it = await setUp();
    const ada = await it.make('ada@example.org');
    const grace = await it.make('grace@example.org');
    const event = (profileId: string, time: string, action = 'page.visit') => ({
      workspaceId: it.workspaceId,
      profileId,
      id: newId(),
      action,
      time: new Date(time),
      receivedAt: new Date('2026-11-24T12:00:00Z'),
      params: { time },
      source: 'api' as const,
    });
    const events = [
      event(ada, '2026-11-20T10:00:00Z', 'certification.acquired'),
      ...Array.from({ length: 5 }, () => event(ada, '2026-11-22T10:00:00.123Z')),
      event(ada, '2026-11-21T10:00:00Z'),
    ];
    await inTransaction(it.db, async (tx) => {
      await insertEvents(tx, [...events, event(grace, '2026-11-22T10:00:00.123Z')]);
    });
    const newest = [...events.slice(1, 6).toReversed(), events[6], events[0]].map((stored) => stored?.id);
    const url = `/api/profiles/${ada}/events`;
    for (const limit of [1, 2, 3, 50]) {
      expect((await it.pages(`${url}?limit=${limit}`, 'before', 'events')).flat()).toEqual(newest);
    }
    expect((await it.get(`${url}?before=2026-11-22T10:00:00.123Z`)).json).toMatchObject({
      events: [{ id: events[6]?.id }, { id: events[0]?.id }],
    });
    expect((await it.get(`${url}?action=certification.acquired`)).json).toEqual({
      events: [
        {
          id: events[0]?.id,
          action: 'certification.acquired',
          time: '2026-11-20T10:00:00.000Z',
          receivedAt: '2026-11-24T12:00:00.000Z',
          source: 'api',
          params: { time: '2026-11-20T10:00:00Z' },
        },
      ],
    });
    for (const query of ['before=x', 'before=2026-13-01T00:00:00Z', `before=${ada}`, 'action=%00']) {
      expect((await it.get(`${url}?${query}`)).status).toBe(400);
    }
  });
});
