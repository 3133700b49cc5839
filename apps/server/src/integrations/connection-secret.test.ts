import { connectionSettingsSchema } from '@laurel/contract';
import { describe, expect, it } from 'vitest';

import { secretAfter } from './connection-secret.ts';
import type { StoredConnection } from './connection-secret.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const HOUR_MS = 3_600_000;

const settings = (value: object) => connectionSettingsSchema.parse(value);
const stored = (value: object, secret = 'the present one'): StoredConnection => ({
  settings: settings(value),
  secret: { value: secret, previous: undefined },
});
const TOKEN = { authentication: 'token' };
const OAUTH = { authentication: 'oauth2', tokenUrl: 'https://id.example.org/token', clientId: 'laurel' };
const SIGNATURE = { authentication: 'signature' };

describe('the secret after a change', () => {
  it('is the present one where none is given, and the given one where one is', () => {
    const before = stored(TOKEN);
    const renamed = settings({ ...TOKEN, headerName: 'X-Token' });
    expect(secretAfter(before, renamed, undefined, NOW)).toEqual({ kind: 'kept', secret: before.secret });
    expect(secretAfter(before, renamed, 'new', NOW)).toEqual({
      kind: 'kept',
      secret: { value: 'new', previous: undefined },
    });
  });

  it('is missing where there was none, or one of another kind', () => {
    expect(secretAfter(undefined, settings(TOKEN), undefined, NOW).kind).toBe('missing');
    expect(secretAfter(stored(TOKEN), settings(SIGNATURE), undefined, NOW).kind).toBe('missing');
    const none = { settings: settings({ authentication: 'none' }), secret: undefined };
    expect(secretAfter(none, settings(TOKEN), undefined, NOW).kind).toBe('missing');
  });

  it('is gone where the connection does not authenticate any more', () => {
    expect(secretAfter(stored(TOKEN), settings({ authentication: 'none' }), undefined, NOW)).toEqual({
      kind: 'kept',
      secret: undefined,
    });
  });

  it.each([
    [
      'to other hosts',
      { ...TOKEN, hosts: ['a.example.org'] },
      { ...TOKEN, hosts: ['b.example.org'] },
      'missing',
    ],
    ['to any host', { ...TOKEN, hosts: ['a.example.org'] }, TOKEN, 'missing'],
    ['to fewer hosts', TOKEN, { ...TOKEN, hosts: ['a.example.org'] }, 'kept'],
    ['to another token endpoint', OAUTH, { ...OAUTH, tokenUrl: 'https://evil.example.net/token' }, 'missing'],
    ['to another port', OAUTH, { ...OAUTH, tokenUrl: 'https://id.example.org:444/token' }, 'missing'],
    ['to another path of it', OAUTH, { ...OAUTH, tokenUrl: 'https://id.example.org/v2/token' }, 'kept'],
  ])('has to be entered again before it goes %s: it is %s', (_what, before, after, expected) => {
    expect(secretAfter(stored(before), settings(after), undefined, NOW).kind).toBe(expected);
    expect(secretAfter(stored(before), settings(after), 'the new one', NOW).kind).toBe('kept');
  });

  it('goes on signing beside a new one for the time that was chosen, and no longer', () => {
    const before = stored({ ...SIGNATURE, rotationHours: 2 });
    const rotated = secretAfter(before, before.settings, 'new', NOW);
    const previous = { value: 'the present one', until: new Date(NOW.getTime() + 2 * HOUR_MS) };
    expect(rotated).toEqual({ kind: 'kept', secret: { value: 'new', previous } });
    const after = { settings: before.settings, secret: { value: 'new', previous } };
    expect(secretAfter(after, before.settings, 'new', NOW)).toEqual(rotated);
    expect(secretAfter(after, before.settings, undefined, previous.until)).toEqual({
      kind: 'kept',
      secret: { value: 'new', previous: undefined },
    });
    const atOnce = settings({ ...SIGNATURE, rotationHours: 0 });
    expect(secretAfter(before, atOnce, 'new', NOW)).toEqual({
      kind: 'kept',
      secret: { value: 'new', previous: undefined },
    });
  });
});
