import { describe, expect, it } from 'vitest';

import { putGroup } from '../issuer/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { END, runSystem, START } from './testing/run-system.ts';

const OPEN_END = { ...END, settings: { stopOthers: false } };

describe('Update Profile', () => {
  it('changes attributes and tags by templates', async () => {
    await using system = await runSystem();
    await system.save([
      START,
      {
        id: 'n1',
        type: 'update-profile',
        settings: {
          attributes: [
            { name: 'level', value: '{{ event.params.level }}' },
            { name: 'score', value: '{{ event.params.score }}', type: 'json' },
            { name: 'city', value: 'null', type: 'json' },
          ],
          addTags: ['certified'],
        },
        outputs: { next: 'end' },
      },
      OPEN_END,
    ]);
    await system.send('test.started', { level: 'B2 "upper"', score: 81.5 });
    await system.ended();
    const profile = await system.db.selectFrom('profile').selectAll().executeTakeFirstOrThrow();
    expect(profile).toMatchObject({
      attributes: { level: 'B2 "upper"', score: 81.5 },
      tags: ['certified'],
    });
  });

  it('that the rules refuse fails the step, saying why', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'update-profile',
        settings: { attributes: [{ name: 'birthDate', value: 'tomorrow' }] },
        outputs: { next: 'end' },
      },
      OPEN_END,
    ]);
    await system.send();
    expect(await system.ended()).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('birthDate') },
    ]);
    expect(await system.counters(id)).toMatchObject({ n1: '1/0/0/1/0' });
  });
});

describe('Send E-mail', () => {
  it('puts one mail into the outbox, with the values escaped in HTML', async () => {
    await using system = await runSystem();
    await system.save([
      START,
      {
        id: 'n1',
        type: 'send-email',
        settings: {
          name: 'congratulation',
          subject: 'Well done, {{ event.params.name }}',
          html: '<p>{{ event.params.name }}</p>',
        },
        outputs: { next: 'end' },
      },
      OPEN_END,
    ]);
    await system.send('test.started', { name: '<Ada>' });
    const [run] = await system.ended();
    const mails = await system.db.selectFrom('mail').selectAll().execute();
    expect(mails).toMatchObject([
      { state: 'queued', subject: 'Well done, <Ada>', html: '<p>&lt;Ada&gt;</p>', run_id: run?.id },
    ]);
  });
});

describe('Issue Credential', () => {
  const issue = (settings: object = {}) => ({
    id: 'n1',
    type: 'issue-credential',
    settings: { group: 'Level 1', recipientName: '{{ event.params.name }}', ...settings },
    outputs: { next: 'end' },
  });

  async function issuer(settings: object = {}) {
    const system = await runSystem();
    await inTransaction(
      system.db,
      async (tx) =>
        await putGroup(tx, system.platform, {
          workspaceId: system.workspaceId,
          id: undefined,
          name: 'Level 1',
          courseName: 'Certification Level 1',
          courseDescription: 'The first level',
        }),
    );
    const workflowId = await system.save([START, issue(settings), OPEN_END]);
    const credentials = async () => await system.db.selectFrom('credential').selectAll().execute();
    const ledger = async () =>
      await system.db.selectFrom('issuance').selectAll().orderBy('occurrence').execute();
    return { ...system, workflowId, credentials, ledger };
  }

  it('issues one credential for a pass, however often it is reported at once', async () => {
    await using it = await issuer();
    await Promise.all(
      Array.from({ length: 12 }, async () => await it.send('test.started', { name: 'Ada Lovelace' })),
    );
    await it.ended(12);
    expect(await it.credentials()).toHaveLength(1);
    expect(await it.ledger()).toMatchObject([
      { certification: 'Level 1', policy: 'skip', state: 'issued', occurrence: 1 },
    ]);
    expect(await it.counters(it.workflowId)).toMatchObject({ n1: '12/12/12/0/0' });
    const events = await it.events('credential.issued');
    expect(events.filter((params) => Reflect.get(Object(params), 'status') === 'issued')).toHaveLength(1);
    const [{ id } = { id: 0 }] = await it.credentials();
    const duplicates = events.filter((params) => Reflect.get(Object(params), 'status') === 'duplicate');
    expect(duplicates).toHaveLength(11);
    // By the same number as at the first time.
    for (const params of duplicates) expect(params).toMatchObject({ credential: { id } });
    const steps = (await it.steps()).filter(({ node_id: nodeId }) => nodeId === 'n1');
    const already = `nothing was issued: the profile has credential ${id} for "Level 1" already`;
    expect(steps.filter(({ reason }) => reason === already)).toHaveLength(11);
    expect(steps.filter(({ reason }) => reason === null)).toHaveLength(1);
  });

  it('changes the credential of a further pass where its policy is update', async () => {
    await using it = await issuer({ policy: 'update' });
    await it.send('test.started', { name: 'Ada Byron' });
    await it.ended(1);
    await it.send('test.started', { name: 'Ada Lovelace' });
    await it.ended(2);
    expect(await it.credentials()).toMatchObject([{ recipient: { name: 'Ada Lovelace' } }]);
    expect((await it.ledger()).map(({ occurrence }) => occurrence)).toEqual([1, 2]);
  });

  it('that the issuer refuses is a failure with its words, and the path goes on', async () => {
    await using it = await issuer({ group: 'Level 9' });
    await it.send('test.started', { name: 'Ada Lovelace' });
    expect(await it.ended()).toMatchObject([
      { state: 'finished', fingerprint: expect.stringContaining('Invalid Group') },
    ]);
    expect(await it.events('credential.issued')).toMatchObject([
      { status: 'refused', errors: 'Invalid Group' },
    ]);
    expect(await it.ledger()).toEqual([]);
  });
});
