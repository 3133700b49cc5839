const ipv4 = /^(?:(?:[01]?\d\d?|2[0-4]\d|25[0-5])\.){3}(?:[01]?\d\d?|2[0-4]\d|25[0-5])$/;
const fullIpv6 = /^(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}$/;
const groups = '(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?';
const shortIpv6 = new RegExp(`^${groups}::${groups}$`);

export function isIpv4(text: string): boolean {
  return text.length <= 15 && ipv4.test(text);
}

/** By its form alone, as in Jinjava: a short form may stand for more groups than there is room for. */
export function isIpv6(text: string): boolean {
  return text.length <= 64 && (fullIpv6.test(text) || shortIpv6.test(text));
}

/** An address as a number of 32 or 128 bits; undefined for a short form that stands for too many groups. */
export function addressBits(text: string): bigint | undefined {
  if (isIpv4(text)) return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(Number(part)), 0n);
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length;
  if (missing < 0 || (tail !== undefined && missing === 0)) return undefined;
  const all = [...before, ...Array<string>(missing).fill('0'), ...after];
  return all.reduce((bits, part) => (bits << 16n) | BigInt(`0x${part}`), 0n);
}

/** The network of an address, all of it as bits. */
export interface Network {
  readonly mask: bigint;
  readonly first: bigint;
  readonly last: bigint;
}

/** The network that the first `prefix` of `width` (32 or 128) bits make. */
export function networkOf(bits: bigint, prefix: number, width: number): Network {
  const all = (1n << BigInt(width)) - 1n;
  const host = (1n << BigInt(width - prefix)) - 1n;
  const mask = all ^ host;
  return { mask, first: bits & mask, last: (bits & mask) | host };
}

export function printIpv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

/** In its shortest form: without leading zeros, the longest run of two or more zero groups as `::`. */
export function printIpv6(bits: bigint): string {
  if (bits >> 32n === 0xffffn) return `::ffff:${printIpv4(bits & 0xffffffffn)}`;
  const parts = Array.from({ length: 8 }, (_, at) =>
    ((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  );
  let start = 0;
  let longest = 1;
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (parts[at + length] === '0') length++;
    if (length > longest) [start, longest] = [at, length];
  }
  if (longest < 2) return parts.join(':');
  return `${parts.slice(0, start).join(':')}::${parts.slice(start + longest).join(':')}`;
}

/** True for addresses that are not routed in the internet, by the rules of Java's `InetAddress`. */
export function isPrivate(bits: bigint, width: number): boolean {
  if (width === 32) return bits >> 24n === 10n || bits >> 20n === 0xac1n || bits >> 16n === 0xc0a8n;
  if (bits >> 32n === 0xffffn) {
    const inner = bits & 0xffffffffn;
    return isPrivate(inner, 32) || inner >> 24n === 127n || inner >> 16n === 0xa9fen;
  }
  return bits === 1n || bits >> 118n === 0x3fan || bits >> 118n === 0x3fbn;
}
