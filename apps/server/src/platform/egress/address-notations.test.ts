import { isIP } from 'node:net';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { classOfAddress } from './address-class.ts';
import { policyFrom } from './testing/ask.ts';

const policy = policyFrom(undefined);
const RUNS = { numRuns: 2_000 };

/** Any IPv4 address, half of them in the ranges that are refused. */
const ipv4 = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc
    .tuple(
      fc.constantFrom(0, 0x0a, 0x7f, 0xa9fe, 0xac10, 0xc0a8, 0x6440, 0xe000, 0xf000, 0xa9fe_a9fe),
      fc.integer({ min: 0, max: 0xffff_ffff }),
    )
    .map(([prefix, rest]) => leading(prefix, rest)),
);
const refusedIpv4 = ipv4.filter((address) => classOfAddress(dotted(address)) !== 'public');

test('an IPv4 address has the same verdict in every notation that a URL can have it in', () => {
  const digits = fc.constantFrom('decimal', 'octal', 'hex', 'HEX', 'long octal' as const);
  fc.assert(
    fc.property(
      ipv4,
      fc.integer({ min: 1, max: 4 }),
      fc.tuple(digits, digits, digits, digits),
      fc.boolean(),
      fc.boolean(),
      (address, parts, notations, fullWidth, finalDot) => {
        const plain = partsOf(address, parts)
          .map((part, index) => write(part, notations[index] ?? 'decimal'))
          .join('.');
        const host = `${fullWidth ? widened(plain) : plain}${finalDot ? '.' : ''}`;
        const expected = policy.checkUrl(`http://${dotted(address)}/`);
        const verdict = policy.checkUrl(`http://${host}/`);
        expect({ host, is: outcome(verdict) }).toEqual({ host, is: outcome(expected) });
        expect(outcome(expected)).toBe(classOfAddress(dotted(address)));
      },
    ),
    RUNS,
  );
});

test('a refused IPv4 address is refused in every form of IPv6 that carries it', () => {
  const word = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(refusedIpv4, fc.tuple(word, word, word, word), (address, [a, b, c, d]) => {
      const high = (address >>> 16).toString(16);
      const low = (address & 0xffff).toString(16);
      const inverted = `${((address >>> 16) ^ 0xffff).toString(16)}:${((address & 0xffff) ^ 0xffff).toString(16)}`;
      const [x, y, z, w] = [a, b, c, d].map((part) => part.toString(16));
      const forms = [
        `::ffff:${dotted(address)}`,
        `::ffff:${high}:${low}`,
        `0:0:0:0:0:FFFF:${high}:${low}`,
        `::${dotted(address)}`,
        `0:0:0:0:0:0:${high}:${low}`,
        `::ffff:0:${dotted(address)}`,
        `64:ff9b::${dotted(address)}`,
        `64:ff9b:0:0:0:0:${high}:${low}`,
        `64:ff9b:1:${x}:${y}:${z}:${high}:${low}`,
        `64:ff9b:1:${high}:${low}:${x}:${y}:${z}`,
        `2002:${high}:${low}:${x}:${y}:${z}:${w}:1`,
        `2001:0:${x}:${y}:${z}:${w}:${inverted}`,
        `2001:0:${high}:${low}:${x}:${y}:${z}:${w}`,
        `2606:${x}:${y}:${z}:0:5efe:${high}:${low}`,
        `2606:${x}:${y}:${z}:200:5efe:${dotted(address)}`,
      ];
      expect(forms.filter((form) => isIP(form) !== 6)).toEqual([]);
      expect(forms.filter((form) => classOfAddress(form) === 'public')).toEqual([]);
      expect(forms.filter((form) => policy.checkUrl(`https://[${form}]/`).kind === 'allowed')).toEqual([]);
    }),
    RUNS,
  );
});

test('an IPv4-mapped address has the verdict of the address that it is', () => {
  fc.assert(
    fc.property(ipv4, (address) => {
      expect(classOfAddress(`::ffff:${dotted(address)}`)).toBe(classOfAddress(dotted(address)));
    }),
    RUNS,
  );
});

test('an address has the same class in every spelling of IPv6', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
      expect(classOfAddress(address)).toBe(classOfAddress(canonical));
      expect(classOfAddress(address.toUpperCase())).toBe(classOfAddress(canonical));
    }),
    RUNS,
  );
});

function outcome(verdict: ReturnType<typeof policy.checkUrl>): string {
  return verdict.kind === 'refused' ? verdict.refusal.reason : 'public';
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** `prefix` as the leading 8, 16 or 32 bits, `rest` as what follows. */
function leading(prefix: number, rest: number): number {
  if (prefix > 0xffff) return prefix;
  return prefix > 0xff
    ? ((prefix << 16) | (rest & 0xffff)) >>> 0
    : ((prefix << 24) | (rest & 0xff_ffff)) >>> 0;
}

/** As `inet_aton` reads it: all parts but the last are a byte each, the last is the rest. */
function partsOf(address: number, count: number): number[] {
  const bytes = [24, 16, 8].slice(0, count - 1).map((shift) => (address >>> shift) & 0xff);
  const rest = count === 1 ? address : address % 2 ** (8 * (5 - count));
  return [...bytes, rest];
}

function write(part: number, notation: string): string {
  switch (notation) {
    case 'octal':
      return `0${part.toString(8)}`;
    case 'long octal':
      return `0000${part.toString(8)}`;
    case 'hex':
      return `0x${part.toString(16)}`;
    case 'HEX':
      return `0X${part.toString(16).toUpperCase()}`;
    default:
      return String(part);
  }
}

function widened(text: string): string {
  return text.replace(/[0-9a-zA-Z.]/g, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0));
}
