import { expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { countSegment } from './count-segment.ts';
import { matchSegments } from './match-segments.ts';
import { listSegmentProfiles, pageSegment } from './page-segment.ts';
import { deleteSegment, listSegments, saveSegment, segmentNamed, segmentOf } from './segment-store.ts';
import { conditionOf } from './testing/condition-of.ts';
import { testProfile } from './testing/evaluate-segment.ts';
import { NOW } from './testing/sample-values.ts';
import { storeProfiles } from './testing/store-profiles.ts';

const DID = conditionOf({ event: 'page.visit' });
const DID_NOT = conditionOf({ event: 'page.visit', did: false });
const VIP = conditionOf({ tag: 'vip' });

it("counts no other workspace's profiles and events, even of a profile with the same id", async () => {
  await using database = await testDatabase();
  const { db } = database;
  const [mine, other] = [await testWorkspace(db), await testWorkspace(db)];
  const [shared, theirs] = [newId(), newId()];
  const visit = { action: 'page.visit', time: NOW, receivedAt: NOW, params: {} };
  await storeProfiles(db, mine, [testProfile({ id: shared })]);
  const active = { tags: ['vip'], events: [visit] };
  await storeProfiles(db, other, [
    testProfile({ id: shared, ...active }),
    testProfile({ id: theirs, ...active }),
  ]);

  const ids = [shared, theirs];
  const nobody = new Set<string>();
  expect(await matchSegments(db, mine, NOW, [DID, DID_NOT, VIP], ids)).toEqual([
    nobody,
    new Set([shared]),
    nobody,
  ]);
  expect(await matchSegments(db, other, NOW, [DID, DID_NOT, VIP], ids)).toEqual([
    new Set(ids),
    nobody,
    new Set(ids),
  ]);
  expect(await countSegment(db, mine, NOW, DID)).toEqual({ kind: 'counted', count: 0, sample: [] });
  expect(await countSegment(db, mine, NOW, DID_NOT)).toMatchObject({
    count: 1,
    sample: [{ id: shared, tags: [] }],
  });
  expect(await countSegment(db, other, NOW, DID)).toMatchObject({ count: 2 });
  expect(await pageSegment(db, mine, NOW, DID, undefined, 10)).toEqual({ profileIds: [], next: undefined });
  expect((await pageSegment(db, mine, NOW, 'everyone', undefined, 10)).profileIds).toEqual([shared]);
  const page = await listSegmentProfiles(db, mine, NOW, DID_NOT, { after: undefined, limit: 10 });
  expect(page.profiles).toMatchObject([{ id: shared, tags: [] }]);
});

it("finds and changes no other workspace's segments, and each may have the same name", async () => {
  await using database = await testDatabase();
  const { db } = database;
  const [mine, other] = [await testWorkspace(db), await testWorkspace(db)];
  const save = async (workspaceId: string, id?: string) =>
    await inTransaction(
      db,
      async (tx) => await saveSegment(tx, NOW, { workspaceId, id, name: 'Visitors', condition: DID }),
    );
  const theirs = await save(other);
  if (!('segment' in theirs)) throw new Error(theirs.kind);
  const { id } = theirs.segment;
  expect(await listSegments(db, mine)).toEqual([]);
  expect(await segmentOf(db, mine, id)).toBeUndefined();
  expect(await segmentNamed(db, mine, 'Visitors')).toBeUndefined();
  expect(await save(mine, id)).toEqual({ kind: 'missing' });
  const gone = await inTransaction(db, async (tx) => await deleteSegment(tx, mine, id, async () => []));
  expect(gone).toEqual({ kind: 'missing' });
  expect(await save(mine)).toMatchObject({ kind: 'created' });
  expect(await listSegments(db, other)).toEqual([theirs.segment]);
});
