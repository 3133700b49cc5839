import { describe, expect, it } from 'vitest';

import { SecretBox } from '../platform/crypto/secret-box.ts';
import { rewrapWorkspaceKeys } from '../platform/crypto/workspace-key.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { putConnection } from './change-connection.ts';
import type { ConnectionSpecInput } from './change-connection.ts';
import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import type { DeliverySystem } from './testing/delivery-system.ts';
import { receiver } from './testing/receiver.ts';

const TOKEN = { authentication: 'token', token: 'the-token-0123' } as const;

const put = async ({ db, platform, workspaceId }: DeliverySystem, spec: ConnectionSpecInput) =>
  await inTransaction(
    db,
    async (tx) =>
      await putConnection(tx, platform.secrets, new Date(), { workspaceId, name: 'Issuer', spec }),
  );

describe('a connection that is put', () => {
  it('is made, changed, and left alone where nothing is new', async () => {
    await using it = await deliverySystem();
    expect(await put(it, TOKEN)).toMatchObject({ kind: 'created' });
    expect(await put(it, TOKEN)).toMatchObject({ kind: 'unchanged' });
    expect(await put(it, { authentication: 'token' })).toMatchObject({ kind: 'unchanged' });
    expect(await put(it, { ...TOKEN, token: 'another-token' })).toMatchObject({ kind: 'updated' });
    expect(await put(it, { ...TOKEN, policy: { followRedirects: 1 } })).toMatchObject({ kind: 'updated' });
    const { revision } = await it.db.selectFrom('connection').select('revision').executeTakeFirstOrThrow();
    expect(revision).toBe(3);
  });

  it('is made once by several at one moment', async () => {
    await using it = await deliverySystem();
    const outcomes = await Promise.all([1, 2, 3, 4].map(async () => await put(it, TOKEN)));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'unchanged')).toHaveLength(3);
  });

  it('keeps its secret under the key of its workspace: readable after another master key', async () => {
    await using target = await receiver((_request, response) => response.end());
    const another = new SecretBox('another master key, long enough for it');
    await using it = await deliverySystem();
    const { id } = await it.connect(TOKEN);
    const before = await it.db.selectFrom('connection').select('sealed').execute();
    await inTransaction(it.db, async (tx) => await rewrapWorkspaceKeys(tx, it.platform.secrets, another));
    expect(await it.db.selectFrom('connection').select('sealed').execute()).toEqual(before);
    // A process that was started with the new key; one of the old key cannot read it any more.
    for (const [secrets, kind] of [
      [another, 'answered'],
      [it.platform.secrets, 'not-sent'],
    ] as const) {
      const delivery = it.another({ ...it.platform, secrets });
      const connection = await it.open(id, delivery);
      expect((await delivery.send(connection, post(target.origin), KEY)).kind).toBe(kind);
    }
    expect(target.requests[0]!.headers.authorization).toBe('Bearer the-token-0123');
  });

  it('is read where it was sealed under the master key, as the first ones were', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const id = newId();
    await it.db
      .insertInto('connection')
      .values({
        workspace_id: it.workspaceId,
        id,
        name: 'Old',
        settings: JSON.stringify({ authentication: 'token', headerName: 'Authorization', prefix: 'Token ' }),
        sealed: it.platform.secrets.seal('old-token', `connection ${it.workspaceId} ${id}`),
      })
      .execute();
    await it.delivery.send(await it.open(id), post(target.origin), KEY);
    expect(target.requests[0]!.headers.authorization).toBe('Token old-token');
  });
});
