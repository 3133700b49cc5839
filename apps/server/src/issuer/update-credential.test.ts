import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { deleteCredential, renewCredential, updateCredential } from './index.ts';
import type { CredentialChange } from './index.ts';
import { adaIn, credentialOf, setUpIssuing } from './testing/set-up-issuing.ts';

async function setUp() {
  const it = await setUpIssuing();
  const { db, issuing, workspaceId } = it;
  const group = await it.group();
  const before = credentialOf((await it.issue(adaIn(group, { credentialReference: 'mine' })))[0]);
  const update = async (reference: string, change: CredentialChange, of = workspaceId) =>
    await inTransaction(db, async (tx) => await updateCredential(tx, issuing, of, reference, change));
  const renew = async (reference: string, expiredOn: string | null) =>
    await inTransaction(
      db,
      async (tx) => await renewCredential(tx, issuing, workspaceId, reference, expiredOn),
    );
  const remove = async (reference: string, of = workspaceId) =>
    await inTransaction(db, async (tx) => await deleteCredential(tx, issuing, of, reference));
  return { ...it, groupId: group, before, update, renew, remove };
}

describe('a change without HTTP', () => {
  it('is the same as by HTTP, by any reference', async () => {
    await using it = await setUp();
    const { id, uuid, encoded_id: encoded } = it.before;
    for (const [index, reference] of ['mine', String(id), uuid, encoded].entries()) {
      const grade = String(index);
      const outcome = await it.update(reference, { grade, issuedOn: '2026-11-01' });
      const answer = await it.send('PATCH', `/v1/credentials/${reference}`, {
        credential: { grade, issued_on: '2026-11-01' },
      });
      expect(outcome).toEqual({ kind: 'updated', credential: answer.json.credential });
    }
  });

  it('is refused for the reasons of HTTP', async () => {
    await using it = await setUp();
    const grace = { recipient: { name: 'Grace Hopper', email: 'grace@example.org' } };
    const other = credentialOf((await it.issue(adaIn(it.groupId, grace)))[0]);
    expect(await it.update('mine', { recipient: { email: ' GRACE@example.org' } })).toEqual({
      kind: 'duplicate',
      credential: other,
    });
    const byHttp = await it.send('PATCH', '/v1/credentials/mine', { credential: grace });
    expect(byHttp).toMatchObject({
      status: 422,
      json: { errors: { credential: [expect.stringContaining('has already been taken')] } },
    });
    expect(await it.update('mine', { groupReference: 999_999 })).toEqual({
      kind: 'invalid',
      errors: 'Invalid Group',
    });
    expect(await it.update('mine', { expiredOn: 'soon' })).toMatchObject({
      kind: 'invalid',
      errors: { expired_on: [expect.any(String)] },
    });
    expect(await it.update('nothing', { grade: '1' })).toEqual({ kind: 'missing' });
    expect((await it.send('GET', '/v1/credentials/mine')).json.credential).toEqual(it.before);
  });

  it('renews and expires, also for ever', async () => {
    await using it = await setUp();
    expect(await it.renew('mine', '2026-11-01')).toMatchObject({ credential: { expired_on: '2026-11-01' } });
    expect((await it.app.inject(`/c/${it.before.uuid}`)).body).toContain('Expired credential');
    expect(await it.renew('mine', null)).toMatchObject({ credential: { expired_on: null } });
    expect((await it.app.inject(`/c/${it.before.uuid}`)).body).toContain('Valid credential');
  });

  it('deletes with the personal data, once', async () => {
    await using it = await setUp();
    expect(await it.remove('mine')).toEqual({ kind: 'deleted', credential: it.before });
    expect(await it.remove(String(it.before.id))).toEqual({ kind: 'missing' });
    expect(await it.update(it.before.uuid, { grade: '1' })).toEqual({ kind: 'missing' });
    const rows = await it.db.selectFrom('credential').selectAll().execute();
    expect(JSON.stringify(rows).toLowerCase()).not.toMatch(/ada|lovelace/);
    expect((await it.app.inject(`/c/${it.before.uuid}`)).statusCode).toBe(410);
  });

  it('reaches no credential of another workspace', async () => {
    await using it = await setUp();
    const other = await testWorkspace(it.db);
    for (const reference of ['mine', it.before.uuid, String(it.before.id)]) {
      expect(await it.update(reference, { grade: '1' }, other)).toEqual({ kind: 'missing' });
      expect(await it.remove(reference, other)).toEqual({ kind: 'missing' });
    }
    expect((await it.send('GET', '/v1/credentials/mine')).json.credential).toEqual(it.before);
  });

  it('beside a deletion at the same moment brings no personal data back, and beside others loses nothing', async () => {
    await using it = await setUp();
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => it.update('mine', { metaData: { last: String(index) } })),
    );
    const fields = [{ grade: '81' }, { name: 'Engine' }, { description: 'Text' }, { private: true }];
    await Promise.all(
      fields.map(async (credential) => await it.send('PATCH', '/v1/credentials/mine', { credential })),
    );
    expect((await it.send('GET', '/v1/credentials/mine')).json.credential).toMatchObject({
      grade: '81',
      name: 'Engine',
      description: 'Text',
      private: true,
    });
    await Promise.all([
      ...Array.from(
        { length: 6 },
        async () =>
          await it.send('PATCH', '/v1/credentials/mine', { credential: { recipient: { name: 'Ada King' } } }),
      ),
      it.send('DELETE', '/v1/credentials/mine'),
    ]);
    const rows = await it.db.selectFrom('credential').selectAll().execute();
    expect(JSON.stringify(rows).toLowerCase()).not.toMatch(/ada|lovelace/);
  });
});
