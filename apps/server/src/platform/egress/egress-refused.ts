import type { AddressClass } from './address-class.ts';

/** The setting that widens the policy. */
export const EGRESS_SETTING = 'LAUREL_EGRESS_ALLOW';

export type RefusalReason =
  | Exclude<AddressClass, 'public'>
  /** Not http or https. */
  | 'scheme'
  /** `user:password@` in the URL. */
  | 'user info'
  | 'not a URL'
  | 'host name'
  | 'metadata name';

/** Why a destination is refused. `message` is one sentence for people. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** As asked for: a name, or an address without brackets. Empty if it is not a URL. */
  readonly host: string;
  /** The address that was refused. Absent if it did not come to one. */
  readonly address?: string;
  /** An entry of the setting that would allow just this. Absent if none would. */
  readonly entry?: string;
  readonly message: string;
}

/** A connection that was not made: no byte of the request, nor of a handshake, was sent. */
export class EgressRefused extends Error {
  readonly code = 'EGRESS_REFUSED';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'EgressRefused';
    this.refusal = refusal;
  }
}

/** The refusal in an error, however it was wrapped: as a cause (as `fetch` does) or among the errors of several attempts. */
export function egressRefusedIn(error: unknown): EgressRefused | undefined {
  const seen = new Set<unknown>();
  const open: unknown[] = [error];
  while (open.length > 0) {
    const next = open.pop();
    if (next instanceof EgressRefused) return next;
    if (!(next instanceof Error) || seen.has(next)) continue;
    seen.add(next);
    open.push(next.cause);
    if (next instanceof AggregateError) for (const part of next.errors as unknown[]) open.push(part);
  }
  return undefined;
}
