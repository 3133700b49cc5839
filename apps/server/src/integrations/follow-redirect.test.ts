import { describe, expect, it } from 'vitest';

import { redirectTarget } from './follow-redirect.ts';

const FROM = new URL('https://example.org/a/b?x=1');

describe('a redirect', () => {
  it.each([
    ['GET', 301, true],
    ['GET', 302, true],
    ['HEAD', 303, true],
    ['GET', 307, true],
    ['POST', 307, true],
    ['DELETE', 308, true],
    ['POST', 301, false],
    ['POST', 302, false],
    ['POST', 303, false],
    ['PUT', 302, false],
    ['GET', 300, false],
    ['GET', 304, false],
    ['GET', 200, false],
  ])('of a %s by %i is followed: %s', (method, status, followed) => {
    const target = redirectTarget(method, FROM, { status, location: '/c#part' });
    expect(target?.href).toBe(followed ? 'https://example.org/c' : undefined);
  });

  it.each([
    ['//other.example.org/c', 'https://other.example.org/c'],
    ['c?y=2', 'https://example.org/a/c?y=2'],
    ['http://10.0.0.1/', 'http://10.0.0.1/'],
    ['http://', undefined],
    [undefined, undefined],
  ])('to %s leads to %s', (location, expected) => {
    expect(redirectTarget('GET', FROM, { status: 302, location })?.href).toBe(expected);
  });
});
