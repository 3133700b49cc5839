import { expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { releaseMail } from './release-mail.ts';
import { mailSystem } from './testing/mail-system.ts';

it('releases a mail that waits, of its own workspace, with its attempts anew', async () => {
  await using it = await mailSystem();
  const id = await it.send();
  const [first] = await it.queue.claim(1);
  const release = async (workspaceId: string) =>
    await inTransaction(it.db, async (tx) => await releaseMail(tx, it.queue, workspaceId, id));
  expect(await release(it.workspaceId)).toEqual({ kind: 'not-waiting', state: 'queued' });
  await it.db
    .updateTable('mail')
    .set({ state: 'failed', attempts: 6, last_error: 'no' })
    .where('id', '=', id)
    .execute();
  expect(await release(await testWorkspace(it.db))).toEqual({ kind: 'missing' });
  expect(await it.queue.claim(1)).toEqual([]);
  expect(await release(it.workspaceId)).toEqual({ kind: 'released' });
  expect(await it.row(id)).toMatchObject({ state: 'queued', attempts: 6, last_error: null });
  const [job] = await it.queue.claim(1);
  expect(job?.data).toEqual({ ...first?.data, attempts: 6, limit: 12 });
});
