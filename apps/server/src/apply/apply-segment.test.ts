import { readFileSync } from 'node:fs';
import path from 'node:path';

import { documentSchema } from '@laurel/contract';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { segmentNamed } from '../segments/index.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { applyDocuments } from './apply-documents.ts';

function segment(name: string, condition: unknown) {
  return documentSchema.parse({ kind: 'Segment', metadata: { name }, spec: { condition } });
}

it('makes a segment, changes it, and leaves it alone where nothing changes', async () => {
  await using database = await testDatabase();
  const platform = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  const apply = async (condition: unknown) =>
    await applyDocuments(platform, workspaceId, [segment('Visitors', condition)]);
  const result = (outcome: string) => ({
    kind: 'applied',
    results: [{ kind: 'Segment', name: 'Visitors', outcome }],
  });
  expect(await apply({ event: 'page.visit' })).toMatchObject(result('created'));
  expect(await apply({ event: 'page.visit', did: true, where: [] })).toMatchObject(result('unchanged'));
  expect(await apply({ event: 'page.visit', atLeast: 2 })).toMatchObject(result('updated'));
  expect(await segmentNamed(database.db, workspaceId, 'Visitors')).toMatchObject({
    condition: { atLeast: 2 },
  });
});

it('refuses a condition that is not valid with its fields, and keeps nothing of the other documents', async () => {
  await using database = await testDatabase();
  const platform = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  const outcome = await applyDocuments(platform, workspaceId, [
    segment('Good', { tag: 'vip' }),
    segment('Bad', { all: [{ tag: 'vip', hs: true }] }),
  ]);
  expect(outcome).toEqual({
    kind: 'refused',
    message: expect.stringContaining('Segment "Bad" (document 2)'),
    errors: [{ field: 'spec.condition.all[0].hs', message: 'is not a known field' }],
  });
  expect(await segmentNamed(database.db, workspaceId, 'Good')).toBeUndefined();
});

it('takes the example of the README', async () => {
  await using database = await testDatabase();
  const workspaceId = await testWorkspace(database.db);
  const readme = readFileSync(path.join(import.meta.dirname, '../segments/README.md'), 'utf8');
  const document = documentSchema.parse(parse(/```yaml\n([^`]*)```/.exec(readme)?.[1] ?? ''));
  expect(await applyDocuments(testPlatform(database.db), workspaceId, [document])).toMatchObject({
    kind: 'applied',
  });
});
