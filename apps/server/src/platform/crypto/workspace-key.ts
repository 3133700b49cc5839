import { randomBytes } from 'node:crypto';

import type { Queryable, Tx } from '../db/database.ts';
import { BOX_FORMATS, openBox, sealBox } from './sealed-box.ts';
import type { SecretBox } from './secret-box.ts';

const purposeOf = (workspaceId: string): string => `data key ${workspaceId}`;

/** The key that seals the secrets of one workspace. It is stored wrapped under the master key. */
export class WorkspaceKey {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** `purpose` names the place where the box is kept; it opens for no other one. */
  seal(plain: string, purpose: string): Buffer {
    return sealBox(BOX_FORMATS.dataKey, this.#key, Buffer.from(plain), purpose);
  }

  /** Throws where the box was sealed under another key, for another purpose, or was changed. */
  open(box: Buffer, purpose: string): string {
    return openBox(BOX_FORMATS.dataKey, this.#key, box, purpose).toString('utf8');
  }
}

/** The stored key of a workspace. Throws where it was wrapped under another master key. */
export function unwrapWorkspaceKey(secrets: SecretBox, workspaceId: string, wrapped: Buffer): WorkspaceKey {
  return new WorkspaceKey(secrets.unwrap(wrapped, purposeOf(workspaceId)));
}

/** The key of a workspace, made and stored where there is none yet. */
export async function workspaceKey(
  db: Queryable,
  secrets: SecretBox,
  workspaceId: string,
): Promise<WorkspaceKey> {
  const stored = (await find(db, workspaceId)) ?? (await make(db, secrets, workspaceId));
  return unwrapWorkspaceKey(secrets, workspaceId, stored);
}

async function find(db: Queryable, workspaceId: string): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('workspace_key')
    .select('wrapped')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row?.wrapped;
}

async function make(db: Queryable, secrets: SecretBox, workspaceId: string): Promise<Buffer> {
  await db
    .insertInto('workspace_key')
    .values({
      workspace_id: workspaceId,
      wrapped: secrets.wrap(randomBytes(32), purposeOf(workspaceId)),
    })
    .onConflict((conflict) => conflict.column('workspace_id').doNothing())
    .execute();
  // Another one may have made it first: what counts is what is stored.
  const stored = await find(db, workspaceId);
  if (stored === undefined) throw new Error(`the key of workspace ${workspaceId} was not stored`);
  return stored;
}

/**
 * Wraps the keys of all workspaces under another master key, and answers how many they are. What they seal stays as it
 * is. Throws, and changes nothing, where one does not open under `from`.
 */
export async function rewrapWorkspaceKeys(tx: Tx, from: SecretBox, to: SecretBox): Promise<number> {
  const rows = await tx
    .selectFrom('workspace_key')
    .select(['workspace_id', 'wrapped'])
    .orderBy('workspace_id')
    .forUpdate()
    .execute();
  for (const { workspace_id: workspaceId, wrapped } of rows) {
    const purpose = purposeOf(workspaceId);
    await tx
      .updateTable('workspace_key')
      .set({ wrapped: to.wrap(from.unwrap(wrapped, purpose), purpose) })
      .where('workspace_id', '=', workspaceId)
      .execute();
  }
  return rows.length;
}
