import type { HeldMail } from './mail-job.ts';
import type { AddressedMail, LoadedMail } from './mail-store.ts';
import { retryDelay } from './retry-delay.ts';
import type { Delivery } from './smtp-transport.ts';

/** What is to be written about a mail that was claimed. */
export type MailOutcome =
  /** It was settled before: only the job is finished. */
  | { readonly kind: 'stale'; readonly job: HeldMail }
  /** The server has taken it. */
  | { readonly kind: 'sent'; readonly mail: AddressedMail; readonly at: Date }
  /** It is not attempted again. */
  | { readonly kind: 'failed'; readonly mail: LoadedMail; readonly at: Date; readonly error: string }
  /** There is no server to hand it to. */
  | { readonly kind: 'held'; readonly mail: LoadedMail }
  /** To be attempted again at `next`. */
  | { readonly kind: 'deferred'; readonly mail: LoadedMail; readonly error: string; readonly next: Date };

/** What a delivery means for its mail. `mail.attempts` counts the attempt that it was. */
export function outcomeOf(
  mail: AddressedMail,
  delivery: Delivery,
  at: Date,
  delays: readonly number[] | undefined,
): MailOutcome {
  switch (delivery.kind) {
    case 'sent':
      return { kind: 'sent', mail, at };
    case 'refused':
      return { kind: 'failed', mail, at, error: delivery.reason };
    case 'unsent': {
      const delay = retryDelay(mail.attempts, mail.job.data.limit, delays);
      if (delay === undefined)
        return {
          kind: 'failed',
          mail,
          at,
          error: `given up after ${mail.attempts} attempts: ${delivery.reason}`,
        };
      return { kind: 'deferred', mail, error: delivery.reason, next: new Date(at.getTime() + delay) };
    }
  }
}
