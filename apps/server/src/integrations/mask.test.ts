import { connectionSettingsSchema } from '@laurel/contract';
import { describe, expect, it } from 'vitest';

import { maskHeaders, maskText, maskUrl, secretTexts } from './mask.ts';

const token = connectionSettingsSchema.parse({ authentication: 'token' });
const secretOf = (value: string) => ({ value, previous: undefined });

describe('a masked text', () => {
  it.each([
    ['as it is', 'p"ss/w ö+d', 'x p"ss/w ö+d y'],
    ['in a URL', 'p"ss/w ö+d', `x ${encodeURIComponent('p"ss/w ö+d')} y`],
    ['in JSON', 'p"ss/w ö+d', `x ${JSON.stringify('p"ss/w ö+d').slice(1, -1)} y`],
  ])('has no secret %s', (_how, secret, text) => {
    expect(maskText(text, secretTexts(token, secretOf(secret), undefined))).toBe('x [secret] y');
  });

  it('has neither the credentials of Basic nor those of a client', () => {
    const basic = connectionSettingsSchema.parse({ authentication: 'basic', login: 'ada' });
    const oauth2 = connectionSettingsSchema.parse({
      authentication: 'oauth2',
      tokenUrl: 'https://example.org/token',
      clientId: 'laurel',
    });
    const credentials = (text: string) => Buffer.from(text).toString('base64');
    expect(maskText(credentials('ada:passw0rd'), secretTexts(basic, secretOf('passw0rd'), undefined))).toBe(
      '[secret]',
    );
    const texts = secretTexts(oauth2, secretOf('passw0rd'), 'the-access-token');
    expect(maskText(`${credentials('laurel:passw0rd')} the-access-token`, texts)).toBe('[secret] [secret]');
  });

  it('has the longer of two secrets masked whole, and the one before a rotation too', () => {
    const secret = { value: 'secret-2', previous: { value: 'secret-2-longer', until: new Date() } };
    expect(maskText('a secret-2-longer b secret-2', secretTexts(token, secret, undefined))).toBe(
      'a [secret] b [secret]',
    );
  });

  it('keeps what only happens to be like a very short secret', () => {
    expect(maskText('abc', secretTexts(token, secretOf('b'), undefined))).toBe('abc');
  });
});

describe('masked headers', () => {
  it('are those of the connection, and any that looks like a secret', () => {
    const headers = {
      'x-custom': 'of the connection',
      'x-api-key': '1',
      cookie: '2',
      'x-auth-token': '3',
      'webhook-signature': '4',
      'webhook-id': 'm-1',
      'idempotency-key': 's-1',
      'x-note': 'it has the-secret in it',
      accept: '*/*',
    };
    expect(maskHeaders(headers, { 'x-custom': '', 'webhook-id': '' }, ['the-secret'])).toEqual({
      'x-custom': '[secret]',
      'x-api-key': '[secret]',
      cookie: '[secret]',
      'x-auth-token': '[secret]',
      'webhook-signature': '[secret]',
      'webhook-id': 'm-1',
      'idempotency-key': 's-1',
      'x-note': 'it has [secret] in it',
      accept: '*/*',
    });
  });
});

describe('a masked URL', () => {
  it.each([
    ['https://example.org/a?b=1&api_key=2&c=3', 'https://example.org/a?b=1&api_key=[secret]&c=3'],
    ['https://example.org/a?key=2#x', 'https://example.org/a?key=[secret]#x'],
    ['https://example.org/a?access%5Ftoken=2', 'https://example.org/a?access%5Ftoken=[secret]'],
    ['https://example.org/a?%=1&token=', 'https://example.org/a?%=1&token=[secret]'],
    ['https://example.org/key=1?monkey=2', 'https://example.org/key=1?monkey=2'],
    ['https://example.org/the-secret', 'https://example.org/[secret]'],
  ])('of %s is %s', (url, expected) => {
    expect(maskUrl(url, ['the-secret'])).toBe(expected);
  });
});
