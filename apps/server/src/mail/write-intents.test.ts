import { expect, it } from 'vitest';

import { loadMails } from './mail-store.ts';
import { mailSystem, SENDER } from './testing/mail-system.ts';
import { writeIntents } from './write-intents.ts';

it('lets one of two workers begin an attempt of a mail that both have loaded', async () => {
  await using it = await mailSystem();
  const id = await it.send();
  const jobs = await it.queue.claim(1);
  const load = async () =>
    (await loadMails(it.db, jobs)).map((mail) => ({ ...mail, from: SENDER, messageId: '<1@example.org>' }));
  const [one, other] = [await load(), await load()];
  const begun = await Promise.all([writeIntents(it.db, one), writeIntents(it.db, other)]);
  expect(begun.flat()).toMatchObject([{ attempts: 1 }]);
  expect(await it.row(id)).toMatchObject({ state: 'sending', attempts: 1, from_name: 'Laurel' });
  // The claim of this job has begun its attempt: what it loads later is not its own any more.
  expect(await load()).toEqual([]);
});
