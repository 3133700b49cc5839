import { isDeepStrictEqual } from 'node:util';

import { connectionSettingsSchema, connectionSpecSchema } from '@laurel/contract';
import type { ConnectionSpec } from '@laurel/contract';
import type { z } from 'zod';

import type { SecretBox } from '../platform/crypto/secret-box.ts';
import { workspaceKey } from '../platform/crypto/workspace-key.ts';
import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { sealSecret, SECRET_FIELDS, secretAfter, splitSpec, unsealSecret } from './connection-secret.ts';
import {
  eraseConnection,
  findConnection,
  lockConnections,
  readForSending,
  writeConnection,
} from './connection-store.ts';

/** A spec as a person writes it: what has a default may be absent. */
export type ConnectionSpecInput = z.input<typeof connectionSpecSchema>;

export interface ConnectionChange {
  readonly workspaceId: string;
  readonly name: string;
  readonly spec: ConnectionSpecInput;
}

export type ConnectionOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly id: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'name-taken' }
  /** `field` is that of the spec; `why` goes on from its name, for people. */
  | { readonly kind: 'secret-missing'; readonly field: string; readonly why: string };

/** Makes the connection of a name, or changes it. */
export async function putConnection(
  tx: Tx,
  secrets: SecretBox,
  now: Date,
  change: ConnectionChange,
): Promise<Exclude<ConnectionOutcome, { kind: 'missing' | 'name-taken' }>> {
  await lockConnections(tx, change.workspaceId);
  const present = await findConnection(tx, change.workspaceId, { name: change.name });
  return await write(tx, secrets, now, change, present?.id);
}

/** Makes a connection. */
export async function createConnection(
  tx: Tx,
  secrets: SecretBox,
  now: Date,
  change: ConnectionChange,
): Promise<ConnectionOutcome> {
  await lockConnections(tx, change.workspaceId);
  if ((await findConnection(tx, change.workspaceId, { name: change.name })) !== undefined)
    return { kind: 'name-taken' };
  return await write(tx, secrets, now, change, undefined);
}

/** Changes the connection of an id, its name too. */
export async function changeConnection(
  tx: Tx,
  secrets: SecretBox,
  now: Date,
  change: ConnectionChange & { readonly id: string },
): Promise<ConnectionOutcome> {
  const { workspaceId, id, name } = change;
  await lockConnections(tx, workspaceId);
  if ((await findConnection(tx, workspaceId, { id })) === undefined) return { kind: 'missing' };
  const holder = await findConnection(tx, workspaceId, { name });
  if (holder !== undefined && holder.id !== id) return { kind: 'name-taken' };
  return await write(tx, secrets, now, change, id);
}

export type RemoveOutcome =
  | { readonly kind: 'removed' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'in-use'; readonly usedBy: readonly ConnectionUser[] };

/** What refers to a connection: a workflow. */
export interface ConnectionUser {
  readonly id: string;
  readonly name: string;
}

/** Deletes a connection; refused while the caller knows of users. */
export async function removeConnection(
  tx: Tx,
  input: {
    readonly workspaceId: string;
    readonly id: string;
    readonly usedBy: readonly ConnectionUser[];
  },
): Promise<RemoveOutcome> {
  const { workspaceId, id, usedBy } = input;
  await lockConnections(tx, workspaceId);
  if ((await findConnection(tx, workspaceId, { id })) === undefined) return { kind: 'missing' };
  if (usedBy.length > 0) return { kind: 'in-use', usedBy };
  await eraseConnection(tx, workspaceId, id);
  return { kind: 'removed' };
}

/** Writes under the lock. `id` is that of the present connection; undefined makes one. */
async function write(
  tx: Tx,
  secrets: SecretBox,
  now: Date,
  change: ConnectionChange,
  id: string | undefined,
): Promise<Exclude<ConnectionOutcome, { kind: 'missing' | 'name-taken' }>> {
  const { workspaceId, name } = change;
  const spec: ConnectionSpec = connectionSpecSchema.parse(change.spec);
  const { settings, secret: given } = splitSpec(spec);
  const [row] = id === undefined ? [] : await readForSending(tx, workspaceId, [id]);
  const before = row && {
    settings: connectionSettingsSchema.parse(row.settings),
    secret: unsealSecret(secrets, workspaceId, row),
  };
  const after = secretAfter(before, settings, given, now);
  if (after.kind === 'missing') {
    const field = SECRET_FIELDS[settings.authentication] ?? '';
    return { kind: 'secret-missing', field, why: after.why };
  }
  const { secret } = after;
  const same =
    row !== undefined &&
    row.name === name &&
    isDeepStrictEqual(before?.settings, settings) &&
    isDeepStrictEqual(before?.secret, secret);
  if (same) return { kind: 'unchanged', id: row.id };
  const written = row?.id ?? newId();
  await writeConnection(tx, now, {
    workspaceId,
    id: written,
    name,
    settings,
    sealed:
      secret === undefined
        ? null
        : sealSecret(await workspaceKey(tx, secrets, workspaceId), workspaceId, written, secret),
    previousSecretUntil: secret?.previous?.until,
  });
  return { kind: row === undefined ? 'created' : 'updated', id: written };
}
