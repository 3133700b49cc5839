import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError, inTransaction } from '../platform/db/transaction.ts';
import { Claims, isFor } from './claims.ts';
import type { Claim, ClaimedBy } from './claims.ts';
import type { ParsedCredential } from './credential-input.ts';
import { findClaimed, insertCredentials } from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import type { Group } from './group-store.ts';
import type { Issuing } from './issuer-profile.ts';
import { prepareCredentials } from './prepare-credentials.ts';
import type { Invalid, Prepared } from './prepare-credentials.ts';

/** What became of a request for a new credential. */
export type Issued =
  | { readonly kind: 'issued'; readonly credential: Credential; readonly group: Group }
  /** There is one already: by the caller's own id, or for this group and e-mail. */
  | {
      readonly kind: 'taken';
      readonly by: ClaimedBy;
      readonly credential: Credential;
      readonly group: Group;
      readonly claim: Claim;
    }
  | Invalid;

/** Issues one credential in a transaction of its own, which is opened when the signature is made. */
export async function issueOne(
  issuing: Issuing,
  workspaceId: string,
  request: ParsedCredential,
): Promise<Issued> {
  const { platform } = issuing;
  const prepared = await prepareCredentials(platform.db, issuing, workspaceId, [request]);
  const [only] = prepared;
  if (only?.kind === 'invalid' || only?.kind === 'taken') return only;
  const [issued] = await inTransaction(platform.db, async (tx) => {
    const outcomes = await insertPrepared(tx, workspaceId, prepared);
    platform.checkpoint('issuer: before the commit');
    return outcomes;
  });
  platform.checkpoint('issuer: after the commit');
  if (issued === undefined) throw new Error('a request was not answered');
  return issued;
}

/**
 * Inserts what was prepared, as part of the caller's transaction. What another transaction was faster with is taken; if
 * that has gone again meanwhile, the transaction is to be run again.
 */
export async function insertPrepared(
  tx: Tx,
  workspaceId: string,
  prepared: readonly Prepared[],
): Promise<Issued[]> {
  const ready = prepared.filter((one) => one.kind === 'ready');
  const inserted = await insertCredentials(tx, ready);
  const late = ready.filter(({ credential }) => !inserted.has(credential.id));
  const claims = new Claims(
    await findClaimed(
      tx,
      workspaceId,
      late.map(({ claim }) => claim),
    ),
  );
  const issued: Issued[] = [];
  for (const one of prepared) {
    switch (one.kind) {
      case 'ready': {
        const { credential, group, claim } = one;
        if (inserted.has(credential.id)) {
          issued.push({ kind: 'issued', credential, group });
          break;
        }
        const obstacle = claims.obstacleTo(claim);
        if (obstacle?.kind !== 'taken') throw new ConcurrentWriteError('a credential in the way has gone');
        issued.push({ ...obstacle, group, claim });
        break;
      }
      case 'repeated': {
        const { by, group, claim } = one;
        const first = issued[one.first];
        if (first === undefined || first.kind === 'invalid') {
          throw new Error('only what was to be issued can be repeated');
        }
        if (!isFor(first.credential, claim)) {
          throw new ConcurrentWriteError("another transaction was faster with the caller's own id");
        }
        issued.push({ kind: 'taken', by, credential: first.credential, group, claim });
        break;
      }
      case 'taken':
      case 'invalid':
        issued.push(one);
    }
  }
  return issued;
}
