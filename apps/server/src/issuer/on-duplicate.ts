import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import { changeCredential } from './change-credential.ts';
import type { ParsedCredential } from './credential-input.ts';
import type { IssueRequest } from './credential-request.ts';
import { eraseCredential, lockCredential } from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import type { Group } from './group-store.ts';
import { insertPrepared } from './insert-prepared.ts';
import type { Issued } from './insert-prepared.ts';
import type { Issuing } from './issuer-profile.ts';
import { ID_TAKEN, prepareCredentials } from './prepare-credentials.ts';
import type { Invalid } from './prepare-credentials.ts';

type Taken = Extract<Issued, { kind: 'taken' }>;

export type Duplicate =
  | {
      readonly kind: 'duplicate' | 'updated' | 'reissued' | 'renewed';
      readonly credential: Credential;
      readonly group: Group;
    }
  | Invalid;

/** What is done within one batch with requests for which there is a credential already. */
export class OnDuplicate {
  readonly #tx: Tx;
  readonly #issuing: Issuing;
  readonly #workspaceId: string;
  /** Issued by this batch, so that it does not reissue them. */
  readonly #fresh: Set<number>;
  /** What this batch has reissued: the new id by the old. */
  readonly #replaced = new Map<number, number>();

  constructor(tx: Tx, issuing: Issuing, workspaceId: string, issued: readonly Issued[]) {
    this.#tx = tx;
    this.#issuing = issuing;
    this.#workspaceId = workspaceId;
    this.#fresh = new Set(issued.flatMap((one) => (one.kind === 'issued' ? [one.credential.id] : [])));
  }

  async apply(
    taken: Taken,
    policy: NonNullable<IssueRequest['onDuplicate']>,
    request: ParsedCredential,
  ): Promise<Duplicate> {
    if (request.kind === 'invalid') return request;
    if (policy === 'skip' && !this.#replaced.has(taken.credential.id)) return { ...taken, kind: 'duplicate' };
    const id = this.#replaced.get(taken.credential.id) ?? taken.credential.id;
    const held = await lockCredential(this.#tx, this.#workspaceId, id);
    if (held === undefined) throw new ConcurrentWriteError('a credential was deleted by another transaction');
    const { group } = taken;
    switch (policy) {
      case 'skip':
        return { kind: 'duplicate', credential: held, group };
      case 'update':
        return await this.#change('updated', held, request.input);
      case 'renew': {
        const { expiredOn } = request.input;
        if (expiredOn === undefined) return { kind: 'invalid', errors: { expired_on: ["can't be blank"] } };
        return await this.#change('renewed', held, { expiredOn, details: {} });
      }
      case 'reissue':
        return this.#fresh.has(id)
          ? { kind: 'duplicate', credential: held, group }
          : await this.#reissue(taken.credential.id, held, request);
    }
  }

  async #change(
    kind: 'updated' | 'renewed',
    held: Credential,
    input: Parameters<typeof changeCredential>[3],
  ): Promise<Duplicate> {
    const outcome = await changeCredential(this.#tx, this.#issuing, held, input);
    return outcome.kind === 'changed' ? { ...outcome, kind } : outcome;
  }

  /** The new one is signed before the old one is deleted: if it cannot be made, the old one stays. */
  async #reissue(takenId: number, old: Credential, request: ParsedCredential): Promise<Duplicate> {
    const [tx, issuing, workspaceId] = [this.#tx, this.#issuing, this.#workspaceId];
    const prepared = await prepareCredentials(tx, issuing, workspaceId, [request], old.id);
    const [one] = prepared;
    if (one?.kind === 'invalid') return one;
    // The caller's own id belongs to yet another credential.
    if (one?.kind !== 'ready') return ID_TAKEN;
    await eraseCredential(tx, one.credential.createdAt, workspaceId, old.id);
    const [issued] = await insertPrepared(tx, workspaceId, prepared);
    if (issued?.kind !== 'issued') {
      throw new ConcurrentWriteError('another transaction issued a credential at the same moment');
    }
    this.#fresh.add(issued.credential.id);
    this.#replaced.set(takenId, issued.credential.id);
    return { ...issued, kind: 'reissued' };
  }
}
