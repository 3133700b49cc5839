import { createSigner, exportSigningKey, generateSigningKey, importSigningKey } from '@laurel/badges';
import type { Signer } from '@laurel/badges';

import type { Platform } from '../platform/platform.ts';

/** Who issues the credentials of a workspace, with the key that signs them. */
export interface Issuer {
  readonly number: number;
  readonly name: string;
  /** A did:web of the public URL, or a did:key where that is not https. */
  readonly issuerId: string;
  readonly publicKey: string;
  readonly signer: Signer;
}

export interface IssuerParts {
  readonly platform: Platform;
  /** What others reach this server by; known once it listens. */
  readonly publicUrl: () => string;
}

/** What issuing needs: the parts with the issuers' keys. */
export interface Issuing extends IssuerParts {
  readonly issuers: Issuers;
}

const purposeOf = (workspaceId: string): string => `issuer key ${workspaceId}`;

/** The issuers of the workspaces, made when they are first needed. */
export class Issuers {
  readonly #parts: IssuerParts;
  readonly #known = new Map<string, Promise<Issuer>>();

  constructor(parts: IssuerParts) {
    this.#parts = parts;
  }

  async get(workspaceId: string): Promise<Issuer> {
    const known = this.#known.get(workspaceId) ?? this.#load(workspaceId);
    this.#known.set(workspaceId, known);
    try {
      return await known;
    } catch (error) {
      this.#known.delete(workspaceId);
      throw error;
    }
  }

  async #load(workspaceId: string): Promise<Issuer> {
    const { platform } = this.#parts;
    const row = (await this.#find(workspaceId)) ?? (await this.#make(workspaceId));
    const stored: unknown = JSON.parse(platform.secrets.open(row.sealed_key, purposeOf(workspaceId)));
    const secretKeyMultibase: unknown = Reflect.get(Object(stored), 'secretKeyMultibase');
    const key = await importSigningKey({
      issuerId: row.issuer_id,
      publicKeyMultibase: row.public_key,
      secretKeyMultibase: String(secretKeyMultibase),
    });
    return {
      number: row.number,
      name: row.name,
      issuerId: row.issuer_id,
      publicKey: row.public_key,
      signer: createSigner({ key }),
    };
  }

  async #find(workspaceId: string) {
    return await this.#parts.platform.db
      .selectFrom('issuer')
      .select(['number', 'name', 'issuer_id', 'public_key', 'sealed_key'])
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst();
  }

  async #make(workspaceId: string) {
    const { platform, publicUrl } = this.#parts;
    const { name } = await platform.db
      .selectFrom('workspace')
      .select('name')
      .where('id', '=', workspaceId)
      .executeTakeFirstOrThrow();
    const stored = exportSigningKey(await generateSigningKey(didWebOf(publicUrl())));
    await platform.db
      .insertInto('issuer')
      .values({
        workspace_id: workspaceId,
        number: await platform.numericIds.next('issuer'),
        name,
        issuer_id: stored.issuerId,
        public_key: stored.publicKeyMultibase,
        sealed_key: platform.secrets.seal(JSON.stringify(stored), purposeOf(workspaceId)),
      })
      .onConflict((conflict) => conflict.column('workspace_id').doNothing())
      .execute();
    // Another process may have made it first: what counts is what is stored.
    const made = await this.#find(workspaceId);
    if (made === undefined) throw new Error('the issuer was not stored');
    return made;
  }
}

/** did:web is resolved over https only; elsewhere the key is its own issuer. */
function didWebOf(publicUrl: string): string | undefined {
  const url = new URL(publicUrl);
  if (url.protocol !== 'https:') return undefined;
  const path = url.pathname.split('/').filter(Boolean).map(encodeURIComponent);
  return ['did:web', encodeURIComponent(url.host), ...path].join(':');
}
