import { expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { eraseEvents } from './erase-events.ts';
import { insertEvents } from './event-store.ts';

const NOON = new Date('2026-11-24T12:00:00Z');

it('erases what the events of one profile say, and leaves them standing', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const workspaceId = await testWorkspace(db);
  const [ada, grace] = [newId(), newId()];
  const event = (profileId: string) => ({
    workspaceId,
    profileId,
    id: newId(),
    action: 'certification.acquired',
    time: NOON,
    receivedAt: NOON,
    params: { firstName: 'Somebody' },
    source: 'api' as const,
  });
  await inTransaction(db, async (tx) => {
    await insertEvents(tx, [event(ada), event(ada), event(grace)]);
    const salts = [ada, grace].map((profileId) => ({
      workspace_id: workspaceId,
      profile_id: profileId,
      action: 'certification.acquired',
      time: NOON,
      salt: 's',
      event_id: newId(),
      received_at: NOON,
    }));
    await tx.insertInto('event_salt').values(salts).execute();
    await eraseEvents(tx, NOON, { workspaceId, profileId: ada });
  });
  const events = await db.selectFrom('event').select(['profile_id', 'params']).execute();
  expect(events.filter(({ profile_id: id }) => id === ada).map(({ params }) => params)).toEqual([{}, {}]);
  expect(events.filter(({ profile_id: id }) => id === grace)).toMatchObject([
    { params: { firstName: 'Somebody' } },
  ]);
  expect(await db.selectFrom('event_salt').select('profile_id').execute()).toEqual([{ profile_id: grace }]);
});
