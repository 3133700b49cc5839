import { randomBytes } from 'node:crypto';

import type { SecretBox } from '../platform/crypto/secret-box.ts';
import type { Database, Queryable } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';

export type Surface = 'hub' | 'issuer';

export interface KeyHolder {
  readonly kind: 'api-key';
  readonly keyId: string;
  readonly workspaceId: string;
  readonly workspaceGuid: string;
}

/** How long a key that was found is trusted before the database is asked again: a revoked one dies within it. */
const TRUST_MS = 10_000;
const CACHE_LIMIT = 10_000;

/** Finds who an API key belongs to. Keys are kept as digests only. */
export class ApiKeys {
  readonly #db: Database;
  readonly #secrets: SecretBox;
  readonly #found = new Map<string, { holder: KeyHolder; until: number }>();

  constructor(db: Database, secrets: SecretBox) {
    this.#db = db;
    this.#secrets = secrets;
  }

  async find(surface: Surface, key: string): Promise<KeyHolder | undefined> {
    // Remembered by the key itself: its digest took a fifth of the CPU of an event.
    return await this.#cached(
      `${surface} key ${key}`,
      async () =>
        await this.#query(surface).where('api_key.digest', '=', this.#secrets.digest(key)).executeTakeFirst(),
    );
  }

  /** The holder of a key that is known by its id, as in a login token; undefined once it is revoked. */
  async findById(surface: Surface, keyId: string): Promise<KeyHolder | undefined> {
    return await this.#cached(
      `${surface} id ${keyId}`,
      async () => await this.#query(surface).where('api_key.id', '=', keyId).executeTakeFirst(),
    );
  }

  async #cached(
    name: string,
    load: () => Promise<{ id: string; workspace_id: string; guid: string } | undefined>,
  ): Promise<KeyHolder | undefined> {
    const known = this.#found.get(name);
    if (known !== undefined && known.until > performance.now()) return known.holder;
    this.#found.delete(name);
    const row = await load();
    if (row === undefined) return undefined;
    const holder: KeyHolder = {
      kind: 'api-key',
      keyId: row.id,
      workspaceId: row.workspace_id,
      workspaceGuid: row.guid,
    };
    if (this.#found.size >= CACHE_LIMIT) this.#found.clear();
    this.#found.set(name, { holder, until: performance.now() + TRUST_MS });
    return holder;
  }

  #query(surface: Surface) {
    return this.#db
      .selectFrom('api_key')
      .innerJoin('workspace', 'workspace.id', 'api_key.workspace_id')
      .select(['api_key.id', 'api_key.workspace_id', 'workspace.guid'])
      .where('api_key.surface', '=', surface)
      .where('api_key.revoked_at', 'is', null);
  }
}

/** A new random key: 256 bits, told apart from other secrets by its prefix. */
export function randomKey(surface: Surface): string {
  return `${surface === 'hub' ? 'lrl_hub' : 'lrl_issuer'}_${randomBytes(32).toString('base64url')}`;
}

/** Stores a key. Answers false where the same key exists already. */
export async function storeKey(
  db: Queryable,
  secrets: SecretBox,
  input: { workspaceId: string; surface: Surface; label: string; key: string },
): Promise<boolean> {
  const result = await db
    .insertInto('api_key')
    .values({
      id: newId(),
      workspace_id: input.workspaceId,
      surface: input.surface,
      label: input.label,
      digest: secrets.digest(input.key),
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
