import { describe, expect, it } from 'vitest';

import { lookUpOf, reconcile } from './reconcile.ts';
import type { OutgoingRequest, SendOutcome } from './send-outcome.ts';

const request = (change: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  url: 'https://api.example.org/v1/credentials',
  headers: { 'accredible-integration': 'x', 'content-type': 'application/json', 'idempotency-key': 'x' },
  body: '{"credential":{"recipient":{"name":"Ada","email":"ada+1@example.org"},"group_id":" 12 "}}',
  ...change,
});

const withReference = request({
  body: '{"credential":{"id":"run-7","recipient":{"name":"Ada","email":"ada@example.org"},"group_id":12}}',
});

describe('the look-up of a request', () => {
  it('asks by group and e-mail', () => {
    expect(lookUpOf(request())?.page(1)).toEqual({
      method: 'GET',
      url: 'https://api.example.org/v1/all_credentials?group_id=12&email=ada%2B1%40example.org&page_size=20',
      headers: { 'accredible-integration': 'x' },
      body: undefined,
    });
    expect(lookUpOf(request({ url: 'https://example.org/eu/v1//credentials/?x=1' }))?.page(3).url).toMatch(
      /^https:\/\/example\.org\/eu\/v1\/all_credentials\?.*&page=3$/,
    );
  });

  it('asks by our own reference too, where the body has one', () => {
    expect(lookUpOf(withReference)?.page(1).url).toBe(
      'https://api.example.org/v1/all_credentials?group_id=12&email=ada%40example.org&license_id=run-7&page_size=20',
    );
    const alone = request({ body: '{"credential":{"id":7}}' });
    expect(lookUpOf(alone)?.page(1).url).toBe(
      'https://api.example.org/v1/all_credentials?license_id=7&page_size=20',
    );
  });

  it.each([
    ['another method', { method: 'PUT' }],
    ['another path', { url: 'https://api.example.org/v1/credentials/5' }],
    ['no URL', { url: 'api.example.org' }],
    ['no body', { body: undefined }],
    ['a body that is not JSON', { body: 'x' }],
    ['no group', { body: '{"credential":{"recipient":{"email":"a@example.org","group_id":"1"}}}' }],
    ['no e-mail', { body: '{"credential":{"group_id":1}}' }],
    ['an empty e-mail', { body: '{"credential":{"group_id":1,"recipient":{"email":" "}}}' }],
  ] satisfies [string, Partial<OutgoingRequest>][])('does not exist for %s', (_what, change) => {
    expect(lookUpOf(request(change))).toBeUndefined();
  });
});

/** An issuer that answers the look-ups with these bodies, one a page, and counts them. */
function issuer(...pages: readonly (object | string)[]) {
  const asked: string[] = [];
  const ask = async ({ url }: OutgoingRequest): Promise<SendOutcome> => {
    const body = pages[asked.length] ?? pages.at(-1) ?? '';
    asked.push(url);
    return {
      kind: 'answered',
      status: 200,
      contentType: 'application/json',
      response: typeof body === 'string' ? body : JSON.stringify(body),
      truncated: false,
      responseHeaders: {},
      maskedUrl: url,
      maskedHeaders: {},
      timings: { totalMs: 1 },
      durationMs: 1,
    };
  };
  return { ask, asked };
}

const person = { recipient: { email: 'ADA@example.org' } };

describe('an issuer that is asked', () => {
  it.each([
    ['that person in that group', { ...person, group_id: 12 }],
    ['no group, which lists may leave out', person],
    ['our reference', { ...person, license_id: 'run-7' }],
    ['our reference as its id', { ...person, license_id: null, id: 'run-7' }],
  ])('has found a credential with %s', async (_what, credential) => {
    const { ask } = issuer({ credentials: [credential], meta: {} });
    expect(await reconcile(ask, withReference)).toEqual({
      kind: 'found',
      response: JSON.stringify({ credential }),
    });
  });

  it.each([
    ['another person', { recipient: { email: 'grace@example.org' } }],
    ['another group', { ...person, group_id: 13 }],
    ['another reference', { ...person, license_id: 'run-8', id: 5 }],
  ])('has not found one with %s, though it answered with it', async (_what, credential) => {
    const { ask } = issuer({ credentials: [credential], meta: { next_page: null } });
    expect(await reconcile(ask, withReference)).toEqual({ kind: 'absent' });
  });

  it('is asked page by page, and not without end', async () => {
    const other = { credentials: [{ recipient: { email: 'grace@example.org' } }], meta: { next_page: 2 } };
    const second = issuer(other, { credentials: [person], meta: { next_page: null } });
    expect(await reconcile(second.ask, withReference)).toMatchObject({ kind: 'found' });
    expect(second.asked).toHaveLength(2);
    const endless = issuer(other);
    expect(await reconcile(endless.ask, withReference)).toMatchObject({ kind: 'unavailable' });
    expect(endless.asked).toHaveLength(10);
  });

  it('cannot tell where its answer is none', async () => {
    for (const body of ['<html>', { data: [] }, '[]'])
      expect(await reconcile(issuer(body).ask, withReference)).toMatchObject({ kind: 'unavailable' });
  });
});
