import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addressProblem, headerTextProblem, mailboxProblem, parseMailbox } from './mailbox.ts';

describe('an e-mail address', () => {
  it.each([
    'ada@example.org',
    'ADA.Lovelace+test@Mail.Example.ORG',
    "o'hara!#$%&*/=?^_`{|}~-@example.co",
    'ada@xn--bcher-kva.example',
    'ada@example.xn--p1ai',
    `${'a'.repeat(64)}@example.org`,
  ])('is %s', (address) => {
    expect(addressProblem(address)).toBeUndefined();
  });

  it.each([
    '',
    'ada',
    'ada@localhost',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@example.org@evil.example',
    '"ada@evil.example"@example.org',
    'ada lovelace@example.org',
    'ada@exa mple.org',
    'ada@example.org,eve@evil.example',
    'ada@example.org\r\nBcc: eve@evil.example',
    'ada@example.org\n',
    '<ada@example.org>',
    'ada@-example.org',
    'ada@example..org',
    'ada@bücher.example',
    'ada@example.o',
    `${'a'.repeat(65)}@example.org`,
    `ada@${'a'.repeat(64)}.org`,
    `ada@${'a.'.repeat(130)}org`,
  ])('is not %j', (address) => {
    expect(addressProblem(address)).toBeDefined();
  });

  it('holds nothing that ends a header or an SMTP command, whatever was typed', () => {
    // oxlint-disable-next-line no-control-regex -- these are what must not come through
    const forbidden = /[\u0000- <>"(),;:\\]/;
    const law = fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) =>
      [text, `ada@example.org${text}`, `${text}@example.org`, `ada@${text}.org`].every(
        (address) => addressProblem(address) !== undefined || !forbidden.test(address),
      ),
    );
    expect(() => fc.assert(law, { numRuns: 1_000 })).not.toThrow();
  });
});

describe('the text of a header', () => {
  it('holds no control character in any form', () => {
    for (const character of [
      '\r',
      '\n',
      '\r\n',
      '\0',
      '\t',
      '\u001B',
      '\u007F',
      '\u0085',
      '\u2028',
      '\u2029',
    ]) {
      expect(headerTextProblem(`a${character}b`, 10)).toBe('holds a line break or another control character');
    }
    expect(headerTextProblem('a\uD800b', 10)).toBe('holds half of a surrogate pair');
    expect(headerTextProblem('=?UTF-8?Q?a=0ABcc:?=', 40)).toBe('holds an encoded word (=?…?=)');
    expect(headerTextProblem('1+1=?', 10)).toBeUndefined();
    expect(headerTextProblem('Ada 👩‍💻 “Lovelace” 字', 40)).toBeUndefined();
    expect(headerTextProblem('abc', 2)).toBe('must have at most 2 characters');
  });
});

describe('a mailbox', () => {
  it('is read with and without a name', () => {
    expect(parseMailbox('ada@example.org')).toEqual({ address: 'ada@example.org' });
    expect(parseMailbox(' Ada Lovelace <ada@example.org> ')).toEqual({
      address: 'ada@example.org',
      name: 'Ada Lovelace',
    });
    expect(parseMailbox('"Lovelace, Ada" <ada@example.org>')).toEqual({
      address: 'ada@example.org',
      name: 'Lovelace, Ada',
    });
    expect(parseMailbox('<ada@example.org>')).toEqual({ address: 'ada@example.org' });
  });

  it.each([
    'Ada',
    'Ada <ada@example.org> <eve@evil.example>',
    'Ada <ada@example.org>, Eve <eve@evil.example>',
    'Ada\r\nBcc: eve@evil.example <ada@example.org>',
    'Ada <ada>',
  ])('is not %j', (text) => {
    expect(parseMailbox(text)).toBeUndefined();
  });

  it('says what is wrong with it', () => {
    expect(mailboxProblem({ address: 'ada' })).toBe('is not an e-mail address');
    expect(mailboxProblem({ address: 'ada@example.org', name: 'a\nb' })).toBe(
      'has a name that holds a line break or another control character',
    );
  });
});
