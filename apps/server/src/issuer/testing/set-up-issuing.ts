import { openDatabase } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { NumericIds } from '../../platform/ids.ts';
import { issueCredentials, issuingOf } from '../index.ts';
import type { CredentialBody, IssueOutcome, IssueRequest } from '../index.ts';
import { ORIGIN, setUpIssuer } from './set-up-issuer.ts';

/** An issuer behind its HTTP surface, with issuing in the same process. */
export async function setUpIssuing() {
  const stack = new AsyncDisposableStack();
  const issuer = stack.use(await setUpIssuer());
  const { db, connectionString, workspaceId } = issuer;
  // As in the server, ids have a connection of their own: they are taken while transactions are open.
  const idDatabase = openDatabase(connectionString, { max: 1 });
  stack.defer(async () => await idDatabase.close());
  const platform = { ...issuer.platform, numericIds: new NumericIds(idDatabase.db) };
  const issuing = issuingOf({ platform, publicUrl: () => ORIGIN });
  await issuing.issuers.get(workspaceId);
  const issue = async (...requests: IssueRequest[]) =>
    await inTransaction(db, async (tx) => await issueCredentials(tx, issuing, workspaceId, requests));
  return {
    ...issuer,
    issuing,
    issue,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

export function adaIn(groupReference: number | string, more: Partial<IssueRequest> = {}): IssueRequest {
  return { groupReference, recipient: { name: 'Ada Lovelace', email: 'Ada@Example.org' }, ...more };
}

/** The credential of an outcome that has one. */
export function credentialOf(outcome: IssueOutcome | undefined): CredentialBody {
  if (outcome === undefined || outcome.kind === 'invalid') {
    throw new Error(`no credential: ${JSON.stringify(outcome)}`);
  }
  return outcome.credential;
}

export function kindsOf(outcomes: readonly IssueOutcome[]): string[] {
  return outcomes.map(({ kind }) => kind);
}
