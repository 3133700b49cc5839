import type { Dispatcher } from 'undici';

import { sendRequest } from './send-request.ts';
import type { OutgoingRequest } from './send-request.ts';

/** What the issuer says about a request whose outcome is unknown. */
export type Reconciliation =
  /** It was carried out: the answer that it would have had. */
  | { readonly kind: 'found'; readonly response: string }
  | { readonly kind: 'absent' }
  /** The issuer could not be asked now. */
  | { readonly kind: 'unavailable'; readonly error: string }
  /** The receiver has no look-up that Laurel knows. */
  | { readonly kind: 'impossible' };

/**
 * Asks an issuer that speaks Accredible's API whether a credential was made, by group and e-mail, which is what it
 * tells duplicates by. Any other receiver cannot be asked.
 */
export async function reconcile(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  timeoutMs: number,
): Promise<Reconciliation> {
  const lookUp = lookUpOf(request);
  if (lookUp === undefined) return { kind: 'impossible' };
  const outcome = await sendRequest(dispatcher, lookUp, timeoutMs);
  if (outcome.kind !== 'answered') return { kind: 'unavailable', error: outcome.error };
  if (outcome.status !== 200)
    return { kind: 'unavailable', error: `the look-up was answered with ${outcome.status}` };
  const credentials = member(parseJson(outcome.response), 'credentials');
  if (!Array.isArray(credentials))
    return { kind: 'unavailable', error: 'the look-up was answered in an unknown shape' };
  const first: unknown = credentials[0];
  return first === undefined
    ? { kind: 'absent' }
    : { kind: 'found', response: JSON.stringify({ credential: first }) };
}

/** The look-up that belongs to a request; undefined for a request that makes no credential at such an issuer. */
export function lookUpOf(request: OutgoingRequest): OutgoingRequest | undefined {
  const url = new URL(request.url);
  const base = /^(.*\/v1)\/credentials\/?$/.exec(url.pathname)?.[1];
  if (request.method !== 'POST' || base === undefined || request.body === undefined) return undefined;
  const credential = member(parseJson(request.body), 'credential');
  const email = member(member(credential, 'recipient'), 'email');
  const group = member(credential, 'group_id');
  if (typeof email !== 'string' || (typeof group !== 'string' && typeof group !== 'number')) return undefined;
  url.pathname = `${base}/all_credentials`;
  url.search = new URLSearchParams({ group_id: String(group).trim(), email, page_size: '1' }).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !['content-type', 'idempotency-key'].includes(name)),
  );
  return { method: 'GET', url: url.toString(), headers, body: undefined };
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Answers of other systems are what they are: not JSON is an expected shape, not a failure.
    return undefined;
  }
}

/** An own property of a value that may be anything. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
