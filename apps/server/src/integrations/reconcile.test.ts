import { describe, expect, it } from 'vitest';

import { lookUpOf } from './reconcile.ts';
import type { OutgoingRequest } from './send-request.ts';

const request = (change: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  url: 'https://api.example.org/v1/credentials',
  headers: { authorization: 'Token token=k', 'content-type': 'application/json', 'idempotency-key': 'x' },
  body: '{"credential":{"recipient":{"name":"Ada","email":"ada+1@example.org"},"group_id":" 12 "}}',
  ...change,
});

describe('the look-up of a request', () => {
  it('asks by group and e-mail, with the same authentication', () => {
    expect(lookUpOf(request())).toEqual({
      method: 'GET',
      url: 'https://api.example.org/v1/all_credentials?group_id=12&email=ada%2B1%40example.org&page_size=1',
      headers: { authorization: 'Token token=k' },
      body: undefined,
    });
    expect(lookUpOf(request({ url: 'https://example.org/eu/v1/credentials/?x=1' }))?.url).toMatch(
      /^https:\/\/example\.org\/eu\/v1\/all_credentials\?/,
    );
  });

  it.each([
    ['another method', { method: 'PUT' }],
    ['another path', { url: 'https://api.example.org/v1/credentials/5' }],
    ['no body', { body: undefined }],
    ['a body that is not JSON', { body: 'x' }],
    ['no group', { body: '{"credential":{"recipient":{"email":"a@example.org","group_id":"1"}}}' }],
    ['no e-mail', { body: '{"credential":{"group_id":1}}' }],
  ] satisfies [string, Partial<OutgoingRequest>][])('does not exist for %s', (_what, change) => {
    expect(lookUpOf(request(change))).toBeUndefined();
  });
});
