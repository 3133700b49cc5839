import { expect, it } from 'vitest';

import { EventLog, KnownDefinitions } from '../events/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { testPlatform } from '../testing/test-platform.ts';
import { loadMails } from './mail-store.ts';
import { mailSystem, SENDER } from './testing/mail-system.ts';
import { writeIntents } from './write-intents.ts';
import { commitOutcomes } from './write-outcomes.ts';

it('writes nothing of a mail whose job another worker has ended, and all of the others', async () => {
  await using it = await mailSystem();
  const ids = [await it.send(), await it.send()];
  const mails = (await loadMails(it.db, await it.queue.claim(2))).map((mail) => ({
    ...mail,
    from: SENDER,
    messageId: `<${mail.job.data.mailId}@example.org>`,
  }));
  const begun = await writeIntents(it.db, mails);
  const gone = begun.find(({ job }) => job.data.mailId === ids[0])!;
  await inTransaction(it.db, async (tx) => await it.queue.finish(tx, [gone.job]));
  const parts = { platform: testPlatform(it.db), queue: it.queue, log: new EventLog(new KnownDefinitions()) };
  const at = new Date();
  const lost = await commitOutcomes(
    parts,
    begun.map((mail) => ({ kind: 'sent', mail, at })),
  );
  expect(lost).toEqual([{ kind: 'sent', mail: gone, at }]);
  expect(await it.row(ids[0]!)).toMatchObject({ state: 'sending', sent_at: null });
  expect(await it.row(ids[1]!)).toMatchObject({ state: 'sent', sent_at: at });
  expect(await it.events()).toMatchObject([
    { action: 'email.sent', params: { messageId: `<${ids[1]}@example.org>` } },
  ]);
});
