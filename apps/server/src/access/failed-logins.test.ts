import { describe, expect, it } from 'vitest';

import { TestClock } from '../testing/test-platform.ts';
import { FailedLogins } from './failed-logins.ts';

const MINUTE = 60_000;

function setUp() {
  const clock = new TestClock('2026-11-24T12:00:00Z');
  const failed = new FailedLogins(clock);
  const begin = (address: string, user = 'admin') => failed.begin({ address, user });
  const fail = (address: string, user: string, times: number) => {
    for (let n = 0; n < times; n++) expect(begin(address, user).kind).toBe('allowed');
  };
  return { clock, begin, fail };
}

describe('failed logins', () => {
  it('count from the first one, and are forgotten together', () => {
    const { clock, begin, fail } = setUp();
    fail('192.0.2.1', 'admin', 5);
    clock.advance(14 * MINUTE);
    fail('192.0.2.1', 'admin', 5);
    expect(begin('192.0.2.1')).toEqual({ kind: 'limited', retryAfterSeconds: 60 });
    clock.advance(MINUTE);
    fail('192.0.2.1', 'admin', 10);
    expect(begin('192.0.2.1')).toEqual({ kind: 'limited', retryAfterSeconds: 900 });
  });

  it('count for a whole network of IPv6, and for one address of IPv4 however it is written', () => {
    const { begin, fail } = setUp();
    fail('2001:db8::1', 'a', 5);
    fail('2001:db8::ffff:1', 'b', 5);
    expect(begin('2001:db8:0:0:1::').kind).toBe('limited');
    expect(begin('2001:db8:0:1::1').kind).toBe('allowed');
    fail('192.0.2.1', 'a', 10);
    expect(begin('::ffff:192.0.2.1').kind).toBe('limited');
    expect(begin('192.0.2.2').kind).toBe('allowed');
  });

  it('are not counted where they did not fail', () => {
    const { begin } = setUp();
    for (let n = 0; n < 200; n++) {
      const permit = begin('192.0.2.1');
      expect(permit.kind).toBe('allowed');
      if (permit.kind === 'allowed') permit.takeBack();
    }
  });

  it('of one user count from wherever they come, and not for others', () => {
    const { begin, fail } = setUp();
    for (let n = 0; n < 10; n++) fail(`192.0.2.${n}`, 'admin', 10);
    expect(begin('198.51.100.1')).toEqual({ kind: 'limited', retryAfterSeconds: 900 });
    expect(begin('198.51.100.1', 'another').kind).toBe('allowed');
  });

  it('of one user are not pushed out of memory by those of others', () => {
    const { begin, fail } = setUp();
    for (let n = 0; n < 100; n++) fail(`10.0.0.${n}`, 'admin', 1);
    for (let n = 0; n < 60_000; n++) {
      const permit = begin(`10.200.${n >> 8}.${n & 255}`, `sent away ${n}`);
      if (permit.kind === 'allowed') permit.takeBack();
    }
    // As many as can be checked within the time: two at a time, 68 ms each.
    for (let n = 0; n < 27_000; n++) begin(`10.${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`, `user ${n}`);
    expect(begin('192.0.2.1').kind).toBe('limited');
  });
});
