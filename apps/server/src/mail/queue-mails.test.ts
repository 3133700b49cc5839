import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { NewMail } from './check-mail.ts';
import { queueMails } from './queue-mails.ts';
import { mailSystem, mailToAda } from './testing/mail-system.ts';

type System = Awaited<ReturnType<typeof mailSystem>>;

async function queued(it: System, ...mails: readonly Partial<NewMail>[]) {
  return await inTransaction(
    it.db,
    async (tx) =>
      await queueMails(
        tx,
        it.queue,
        mails.map((mail) => ({ ...mailToAda(it.workspaceId, it.profileId), ...mail })),
      ),
  );
}

async function stored(it: System) {
  return await it.db.selectFrom('mail').select(['id', 'subject', 'state']).orderBy('subject').execute();
}

describe('queueing mails', () => {
  it('stores mail and job with the transaction of the caller, or neither', async () => {
    await using it = await mailSystem();
    const rolledBack = inTransaction(it.db, async (tx) => {
      await queueMails(tx, it.queue, [mailToAda(it.workspaceId, it.profileId)]);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(await stored(it)).toEqual([]);
    expect(await it.queue.claim(10)).toEqual([]);
    await queued(it, {}, {});
    expect(await stored(it)).toHaveLength(2);
    expect(await it.queue.claim(10)).toHaveLength(2);
  });

  it('stores a mail once, however often its step queues it', async () => {
    await using it = await mailSystem();
    const id = newId();
    expect(await queued(it, { id, subject: 'first' }, { id, subject: 'second' })).toEqual([
      { kind: 'queued', id },
      { kind: 'known', id },
    ]);
    const [again, other] = await queued(it, { id, subject: 'third' }, { subject: 'other' });
    expect(again).toEqual({ kind: 'known', id });
    expect(other).toMatchObject({ kind: 'queued' });
    expect(await stored(it)).toMatchObject([{ subject: 'first' }, { subject: 'other' }]);
    expect(await it.queue.claim(10)).toHaveLength(2);
  });

  it('takes the same mails in two transactions at once, in any order', async () => {
    await using it = await mailSystem();
    const ids = Array.from({ length: 50 }, () => ({ id: newId() }));
    const outcomes = await Promise.all([queued(it, ...ids), queued(it, ...ids.toReversed())]);
    expect(outcomes.flat().filter(({ kind }) => kind === 'queued')).toHaveLength(50);
    expect(await it.queue.claim(200)).toHaveLength(50);
  });

  const injections: [string, Partial<NewMail>][] = ['\r\n', '\n', '\r', '\0', '\u2028', '\u0085'].flatMap(
    (end): [string, Partial<NewMail>][] => {
      const evil = `x${end}Bcc: eve@evil.example`;
      return [
        ['subject', { subject: evil }],
        ['from', { from: { address: 'a@example.org', name: evil } }],
        ['from', { from: { address: `a@example.org${end}Bcc: eve@evil.example` } }],
        ['to', { to: { address: 'a@example.org', name: evil } }],
        ['to', { to: { address: `a@example.org${end}RCPT TO:<eve@evil.example>` } }],
        ['to', { to: { address: `a@example.org${end}` } }],
        ['replyTo', { replyTo: `a@example.org${end}Bcc: eve@evil.example` }],
        ['name', { name: evil }],
      ];
    },
  );

  it('refuses whatever could end a header and begin another, names the field, and stores the others', async () => {
    await using it = await mailSystem();
    const outcomes = await queued(it, ...injections.map(([, mail]) => mail), { subject: 'harmless' });
    expect(
      outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.reason.split(' ')[0] : '-')),
    ).toEqual([...injections.map(([field]) => field), '-']);
    expect(await stored(it)).toMatchObject([{ subject: 'harmless' }]);
    expect(await it.queue.claim(100)).toHaveLength(1);
  });

  it.each<[string, Partial<NewMail>]>([
    ['to is not an e-mail address', { to: { address: 'ada' } }],
    ['to is not an e-mail address', { to: { address: 'a@example.org, eve@evil.example' } }],
    ['subject is empty', { subject: ' ' }],
    ['subject must have at most 500 characters', { subject: 'x'.repeat(501) }],
    ['subject holds half of a surrogate pair', { subject: '\uD83D' }],
    ['html holds a NUL character', { html: 'a\0b' }],
    ['text must have at most 1000000 characters', { text: 'x'.repeat(1_000_001) }],
    ['html and text are both empty', { html: '', text: undefined }],
  ])('says that %s', async (reason, mail) => {
    await using it = await mailSystem();
    expect(await queued(it, mail)).toEqual([{ kind: 'refused', reason }]);
    expect(await stored(it)).toEqual([]);
  });
});
