import { describe, expect, it } from 'vitest';

import { hostMatches, hostsWithin } from './host-pattern.ts';

describe('a host pattern', () => {
  it.each([
    ['https://api.example.org/x', 'api.example.org', true],
    ['https://API.example.org./x', 'api.example.org', true],
    ['https://api.example.org:443/x', 'api.example.org', true],
    ['https://api.example.org:444/x', 'api.example.org', false],
    ['https://api.example.org:444/x', 'api.example.org:444', true],
    ['http://api.example.org/x', 'api.example.org:80', true],
    ['https://api.example.org/x', 'api.example.org:80', false],
    ['https://api.example.org/x', '*.example.org', true],
    ['https://a.b.example.org/x', '*.example.org', true],
    ['https://example.org/x', '*.example.org', false],
    ['https://evilexample.org/x', '*.example.org', false],
    ['https://example.org.evil.net/x', 'example.org', false],
    ['https://evil.net/api.example.org', 'api.example.org', false],
  ])('has %s for %s: %s', (url, pattern, expected) => {
    expect(hostMatches(new URL(url), [pattern])).toBe(expected);
    expect(hostMatches(new URL(url), ['other.example.org', pattern])).toBe(expected);
  });
});

describe('a list of hosts', () => {
  it.each([
    [['a.example.org'], undefined, true],
    [undefined, undefined, true],
    [undefined, ['a.example.org'], false],
    [['a.example.org'], ['b.example.org', 'a.example.org'], true],
    [['a.example.org', 'c.example.org'], ['a.example.org'], false],
    [['a.example.org'], ['*.example.org'], true],
    [['*.a.example.org'], ['*.example.org'], true],
    [['*.example.org'], ['*.a.example.org'], false],
    [['example.org'], ['*.example.org'], false],
    [['a.example.org:8443'], ['*.example.org'], false],
  ])('%j is within %j: %s', (after, before, expected) => {
    expect(hostsWithin(after, before)).toBe(expected);
  });
});
