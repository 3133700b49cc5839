import type { IssuancePolicy } from '@laurel/workflow';

import type { IssueRequest, Issuing } from '../issuer/index.ts';
import type { MailQueue, NewMail } from '../mail/index.ts';
import type { ProfileChange } from '../profiles/index.ts';

/** What a step does in the database alone: it is written in the transaction that settles the step, so exactly once. */
export type Effect =
  | { readonly kind: 'profile'; readonly change: ProfileChange }
  | { readonly kind: 'mail'; readonly mail: NewMail }
  | {
      readonly kind: 'credential';
      readonly request: IssueRequest;
      /** What the pass is of, by which the ledger knows it. */
      readonly certification: string;
      readonly policy: IssuancePolicy;
      readonly eventName: string;
    };

/** What effects stand on. */
export interface EffectParts {
  readonly issuing: Issuing;
  readonly mailQueue: MailQueue;
}
