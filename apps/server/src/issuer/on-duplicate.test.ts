import { describe, expect, it } from 'vitest';

import { adaIn, credentialOf, kindsOf, setUpIssuing } from './testing/set-up-issuing.ts';

const LATER = '2027-01-24T12:00:00Z';

async function setUp() {
  const it = await setUpIssuing();
  const group = await it.group();
  const [first] = await it.issue(adaIn(group, { credentialReference: 'mine', grade: '70' }));
  const before = credentialOf(first);
  it.clock.set(LATER);
  const live = async () =>
    await it.db
      .selectFrom('credential')
      .select(['id', 'license_id'])
      .where('deleted_at', 'is', null)
      .execute();
  const page = async (uuid: string) => (await it.app.inject(`/c/${uuid}`)).statusCode;
  return { ...it, groupId: group, before, live, page };
}

describe('where there is a credential already', () => {
  it('keeps it, if nothing else is said', async () => {
    await using it = await setUp();
    const outcomes = await it.issue(adaIn(it.groupId, { grade: '81' }));
    expect(outcomes).toEqual([{ kind: 'duplicate', credential: it.before }]);
  });

  it('changes it to what the request says for an update, and signs it again', async () => {
    await using it = await setUp();
    const [outcome] = await it.issue(
      adaIn(it.groupId, {
        grade: '81',
        recipient: { name: 'Ada King', email: 'ada@example.org' },
        onDuplicate: 'update',
      }),
    );
    expect(outcome).toMatchObject({
      kind: 'updated',
      credential: {
        id: it.before.id,
        uuid: it.before.uuid,
        license_id: 'mine',
        grade: '81',
        issued_on: it.before.issued_on,
        recipient: { name: 'Ada King' },
        updated_at: new Date(LATER).toISOString(),
      },
    });
    const page = await it.app.inject(`/c/${it.before.uuid}`);
    expect(page.body).toContain('Ada King');
    expect(page.body).toContain('Valid credential');
    expect(await it.live()).toHaveLength(1);
  });

  it('gives it the expiry date for a renewal, and nothing else', async () => {
    await using it = await setUp();
    const renew = async (expiredOn?: string | null) =>
      await it.issue(
        adaIn(it.groupId, {
          grade: '99',
          onDuplicate: 'renew',
          ...(expiredOn !== undefined && { expiredOn }),
        }),
      );
    expect(await renew('2029-01-24')).toMatchObject([
      { kind: 'renewed', credential: { id: it.before.id, expired_on: '2029-01-24', grade: '70' } },
    ]);
    expect(await renew(null)).toMatchObject([{ kind: 'renewed', credential: { expired_on: null } }]);
    expect(await renew('2026-12-31')).toMatchObject([{ kind: 'renewed' }]);
    expect((await it.app.inject(`/c/${it.before.uuid}`)).body).toContain('Expired credential');
    expect(await renew()).toEqual([{ kind: 'invalid', errors: { expired_on: ["can't be blank"] } }]);
  });

  it('deletes it for a reissue and issues a new one, which may have the same reference', async () => {
    await using it = await setUp();
    const request = adaIn(it.groupId, { credentialReference: 'mine', onDuplicate: 'reissue', grade: '81' });
    const outcomes = await it.issue(request, request, { ...request, onDuplicate: 'skip' });
    expect(kindsOf(outcomes)).toEqual(['reissued', 'duplicate', 'duplicate']);
    const after = credentialOf(outcomes[0]);
    expect(outcomes.map((outcome) => credentialOf(outcome).id)).toEqual([after.id, after.id, after.id]);
    expect(after).toMatchObject({ license_id: 'mine', grade: '81', issued_on: '2027-01-24' });
    expect(await it.live()).toEqual([{ id: after.id, license_id: 'mine' }]);
    expect(await it.page(it.before.uuid)).toBe(410);
    expect(await it.page(after.uuid)).toBe(200);
  });

  it('leaves it as it is where a reissue cannot be made', async () => {
    await using it = await setUp();
    const grace = { recipient: { name: 'Grace Hopper', email: 'grace@example.org' } };
    await it.issue(adaIn(it.groupId, { credentialReference: 'hers', ...grace }));
    const outcomes = await it.issue(
      adaIn(it.groupId, { name: 'a\u0001b', onDuplicate: 'reissue' }),
      adaIn(it.groupId, { credentialReference: 'hers', onDuplicate: 'reissue' }),
    );
    expect(outcomes).toMatchObject([
      { kind: 'invalid', errors: { name: [expect.any(String)] } },
      { kind: 'invalid', errors: { id: ['has already been taken'] } },
    ]);
    expect((await it.send('GET', '/v1/credentials/mine')).json.credential).toEqual(it.before);
  });

  it('does not issue again what the same batch has just issued', async () => {
    await using it = await setUp();
    const other = await it.group({ name: 'Other' });
    const outcomes = await it.issue(
      adaIn(other, { onDuplicate: 'reissue', grade: '1' }),
      adaIn(other, { onDuplicate: 'reissue', grade: '2' }),
      adaIn(other, { onDuplicate: 'update', grade: '3' }),
    );
    expect(kindsOf(outcomes)).toEqual(['issued', 'duplicate', 'updated']);
    expect(credentialOf(outcomes[2])).toMatchObject({ id: credentialOf(outcomes[0]).id, grade: '3' });
  });

  it('leaves one where many reissue and update it at once', async () => {
    await using it = await setUp();
    const batches = await Promise.all(
      Array.from(
        { length: 12 },
        async (_, index) =>
          await it.issue(adaIn(it.groupId, { onDuplicate: index % 3 === 0 ? 'reissue' : 'update' })),
      ),
    );
    expect(new Set(kindsOf(batches.flat()))).toEqual(new Set(['reissued', 'updated']));
    expect(await it.live()).toHaveLength(1);
  });
});
