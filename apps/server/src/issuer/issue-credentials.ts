import type { Tx } from '../platform/db/database.ts';
import { credentialBody } from './bodies.ts';
import type { CredentialBody } from './bodies.ts';
import { isFor } from './claims.ts';
import { readRequest } from './credential-request.ts';
import type { IssueRequest } from './credential-request.ts';
import type { Credential } from './credential-store.ts';
import type { Group } from './group-store.ts';
import { insertPrepared } from './insert-prepared.ts';
import type { Issued } from './insert-prepared.ts';
import type { Issuing } from './issuer-profile.ts';
import { OnDuplicate } from './on-duplicate.ts';
import { ID_TAKEN, prepareCredentials } from './prepare-credentials.ts';
import type { Invalid } from './prepare-credentials.ts';

/** `credential` is what the compatible API answers: `id`, `uuid`, `url` and the rest. */
export type IssueOutcome =
  | { readonly kind: 'issued'; readonly credential: CredentialBody }
  /** There is one already, this one, and it was kept. */
  | { readonly kind: 'duplicate'; readonly credential: CredentialBody }
  /** There was one already, and what `onDuplicate` says was done. */
  | { readonly kind: 'updated' | 'reissued' | 'renewed'; readonly credential: CredentialBody }
  | Invalid;

/**
 * Issues credentials as part of the caller's transaction, by the code that `POST /v1/credentials` runs: the same rules,
 * documents and rows. The outcomes are in the order of the requests; of two for one group and e-mail the first is issued
 * and the second is its duplicate. Signatures of new credentials are made before a row is locked. Throws
 * `ConcurrentWriteError` where what another transaction did takes a second look: run again, as `inTransaction` does, it
 * sees it.
 *
 * The first use of a workspace in a process loads its key over a connection of its own.
 */
export async function issueCredentials(
  tx: Tx,
  issuing: Issuing,
  workspaceId: string,
  requests: readonly IssueRequest[],
): Promise<IssueOutcome[]> {
  const parsed = requests.map((request) => ({ request, input: readRequest(request) }));
  const prepared = await prepareCredentials(
    tx,
    issuing,
    workspaceId,
    parsed.map(({ input }) => input),
  );
  const issued = await insertPrepared(tx, workspaceId, prepared);
  const issuer = await issuing.issuers.get(workspaceId);
  const view = (credential: Credential, group: Group) =>
    credentialBody(credential, group, issuer, issuing.publicUrl());
  const onDuplicate = new OnDuplicate(tx, issuing, workspaceId, issued);
  const outcomes: { readonly index: number; readonly outcome: IssueOutcome }[] = [];
  // In the order of what they lock, so that two batches never wait for each other in turn.
  for (const [index, one] of [...issued.entries()].toSorted(([, a], [, b]) => lockOf(a) - lockOf(b))) {
    const from = parsed[index];
    if (from === undefined) throw new Error('more was answered than requested');
    const done =
      one.kind === 'taken' && isFor(one.credential, one.claim)
        ? await onDuplicate.apply(one, from.request.onDuplicate ?? 'skip', from.input)
        : one;
    if (done.kind === 'invalid') outcomes.push({ index, outcome: done });
    // The caller's own id belongs to somebody else's credential: that is no duplicate.
    else if (done.kind === 'taken') outcomes.push({ index, outcome: ID_TAKEN });
    else
      outcomes.push({ index, outcome: { kind: done.kind, credential: view(done.credential, done.group) } });
  }
  return outcomes.toSorted((a, b) => a.index - b.index).map(({ outcome }) => outcome);
}

function lockOf(issued: Issued): number {
  return issued.kind === 'taken' ? issued.credential.id : 0;
}
