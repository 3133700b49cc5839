import type { IssuancePolicy } from '@laurel/workflow';

import type { Database } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { failLostPasses, passesOf, passKey, recordPasses, reservedBy } from './issuance-ledger.ts';
import type { KnownPass, Pass, RecordedPass } from './issuance-ledger.ts';
import type { LoadedStep } from './loaded-step.ts';

/** A step whose request issues a credential for a pass. */
export interface PassStep {
  readonly step: LoadedStep;
  readonly certification: string;
  readonly policy: IssuancePolicy;
}

/** What the ledger says to a request that issues a credential. */
export type PassAnswer =
  /** The pass is this step's: a row in the ledger keeps it until the step is settled. */
  | { readonly kind: 'go' }
  /** The pass has its credential, and the policy is `skip`. */
  | { readonly kind: 'issued'; readonly credential: string | undefined }
  /** Another step is issuing it, and the policy is `skip`. */
  | { readonly kind: 'under-way' };

const GO: PassAnswer = { kind: 'go' };

/**
 * Reserves passes in the ledger before anything is sent for them; answers by step id. Of two steps that ask at once for
 * one pass, one goes, since they cannot both write its row. A step that asks again has what it has.
 */
export async function reservePasses(
  db: Database,
  asked: readonly PassStep[],
  at: Date,
): Promise<ReadonlyMap<string, PassAnswer>> {
  return await inTransaction(db, async (tx) => {
    const passes = asked.map(passOf);
    await failLostPasses(tx, passes);
    const [own, found] = await Promise.all([
      reservedBy(
        tx,
        asked.map(({ step }) => step),
      ),
      passesOf(tx, passes),
    ]);
    const known = new Map<string, Pick<KnownPass, 'occurrence' | 'state' | 'credentialReference'>>(found);
    const answers = new Map<string, PassAnswer>();
    const reserved: RecordedPass[] = [];
    for (const it of asked) {
      const { stepId } = it.step.job.data;
      const pass = passOf(it);
      const key = passKey(pass);
      const last = known.get(key);
      if (own.has(stepId)) answers.set(stepId, GO);
      else if (last === undefined || it.policy !== 'skip') {
        const occurrence = (last?.occurrence ?? 0) + 1;
        known.set(key, { occurrence, state: 'pending', credentialReference: undefined });
        reserved.push({ ...NOTHING_YET, ...pass, occurrence, step: it.step, at });
        answers.set(stepId, GO);
      } else if (last.state === 'issued')
        answers.set(stepId, { kind: 'issued', credential: last.credentialReference });
      else answers.set(stepId, { kind: 'under-way' });
    }
    await recordPasses(tx, reserved, 'pending');
    return answers;
  });
}

const NOTHING_YET = {
  recipientEmail: undefined,
  groupReference: undefined,
  credentialReference: undefined,
  credentialUrl: undefined,
};

function passOf({ step, certification, policy }: PassStep): Pass {
  const { workspaceId, profileId } = step.job.data;
  return { workspaceId, profileId, certification, policy };
}
