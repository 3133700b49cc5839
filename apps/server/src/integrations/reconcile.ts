import { member, parseJson } from './json.ts';
import type { OutgoingRequest, SendOutcome } from './send-outcome.ts';

/** What the issuer says about a request whose outcome is unknown. */
export type Reconciliation =
  /** It was carried out: the answer that it would have had. */
  | { readonly kind: 'found'; readonly response: string }
  | { readonly kind: 'absent' }
  /** The issuer could not be asked now. `retryAt`: not before then, by the connection's own limits. */
  | { readonly kind: 'unavailable'; readonly error: string; readonly retryAt?: Date | undefined }
  /** The receiver has no look-up that Laurel knows. */
  | { readonly kind: 'impossible' };

/** Sends a look-up; `deferred` where the connection's own limits do not let it leave now. */
export type Ask = (
  lookUp: OutgoingRequest,
) => Promise<
  SendOutcome | { readonly kind: 'deferred'; readonly error: string; readonly retryAt: Date | undefined }
>;

/** What a request says of the credential that it makes. At least a reference, or group and e-mail, are there. */
interface Sought {
  readonly groupId: string | undefined;
  readonly email: string | undefined;
  /** Our own reference: `credential.id`, which the issuer keeps as `license_id`. */
  readonly reference: string | undefined;
}

/** Of an issuer that does not narrow its answer down, so much is looked through and no more. */
const MAX_PAGES = 10;
const PAGE_SIZE = 20;

/**
 * Asks an issuer that speaks Accredible's API whether a credential was made: by our own reference where the request has
 * one, and by group and e-mail, which is what it tells duplicates by. Any other receiver cannot be asked. What it
 * answers is checked: an issuer that does not know a parameter answers as if it were not there, and somebody else's
 * credential would pass for ours.
 */
export async function reconcile(ask: Ask, request: OutgoingRequest): Promise<Reconciliation> {
  const look = lookUpOf(request);
  if (look === undefined) return { kind: 'impossible' };
  for (let page = 1; page <= MAX_PAGES; page++) {
    const outcome = await ask(look.page(page));
    if (outcome.kind === 'deferred') return { ...outcome, kind: 'unavailable' };
    if (outcome.kind !== 'answered') return { kind: 'unavailable', error: outcome.error };
    if (outcome.status !== 200)
      return { kind: 'unavailable', error: `the look-up was answered with ${outcome.status}` };
    const answer = parseJson(outcome.response);
    const credentials = member(answer, 'credentials');
    if (!Array.isArray(credentials)) {
      const how = outcome.truncated ? 'with more than is read' : 'in an unknown shape';
      return { kind: 'unavailable', error: `the look-up was answered ${how}` };
    }
    const found: unknown = credentials.find((credential) => isSought(credential, look.sought));
    if (found !== undefined) return { kind: 'found', response: JSON.stringify({ credential: found }) };
    const next = member(member(answer, 'meta'), 'next_page');
    if (credentials.length === 0 || typeof next !== 'number') return { kind: 'absent' };
  }
  return {
    kind: 'unavailable',
    error: `the credential is not among the first ${MAX_PAGES * PAGE_SIZE} that the look-up was answered with`,
  };
}

/** The look-up that belongs to a request; undefined for a request that makes no credential at such an issuer. */
export function lookUpOf(
  request: OutgoingRequest,
): { readonly sought: Sought; readonly page: (page: number) => OutgoingRequest } | undefined {
  const url = URL.parse(request.url);
  const base = url === null ? undefined : /^(.*\/v1)\/{1,2}credentials\/?$/.exec(url.pathname)?.[1];
  if (url === null || base === undefined || request.method !== 'POST' || request.body === undefined)
    return undefined;
  const credential = member(parseJson(request.body), 'credential');
  const sought: Sought = {
    groupId: textOf(member(credential, 'group_id')),
    email: textOf(member(member(credential, 'recipient'), 'email')),
    reference: textOf(member(credential, 'id')),
  };
  const { groupId, email, reference } = sought;
  if (reference === undefined && (groupId === undefined || email === undefined)) return undefined;
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !['content-type', 'idempotency-key'].includes(name)),
  );
  const page = (number: number): OutgoingRequest => {
    const lookUp = new URL(url);
    lookUp.pathname = `${base}/all_credentials`;
    lookUp.search = new URLSearchParams({
      ...(groupId !== undefined && { group_id: groupId }),
      ...(email !== undefined && { email }),
      ...(reference !== undefined && { license_id: reference }),
      page_size: String(PAGE_SIZE),
      ...(number > 1 && { page: String(number) }),
    }).toString();
    return { method: 'GET', url: lookUp.toString(), headers, body: undefined };
  };
  return { sought, page };
}

/** Lists leave some members out: what an answer does not say is not held against a credential. */
function isSought(credential: unknown, { groupId, email, reference }: Sought): boolean {
  const says = (value: unknown, wanted: string | undefined): boolean => {
    const text = textOf(value);
    return text === undefined || wanted === undefined || text.toLowerCase() === wanted.toLowerCase();
  };
  if (!says(member(member(credential, 'recipient'), 'email'), email)) return false;
  if (!says(member(credential, 'group_id'), groupId)) return false;
  const license = member(credential, 'license_id');
  if (reference === undefined || license === undefined) return true;
  return textOf(license) === reference || textOf(member(credential, 'id')) === reference;
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}
