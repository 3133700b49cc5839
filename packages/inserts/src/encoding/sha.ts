/** The first `count` primes. */
function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let candidate = 2n; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate);
  }
  return found;
}

/** The first `bits` bits behind the point of the square root (`degree` 2) or cube root (3) of `value`. */
function rootFraction(value: bigint, degree: 2 | 3, bits: number): bigint {
  const shifted = value << BigInt(bits * degree);
  let low = 0n;
  let high = 1n << BigInt(bits + 6);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= shifted) low = middle;
    else high = middle;
  }
  return low & ((1n << BigInt(bits)) - 1n);
}

/** What tells the two widths of SHA-2 apart (FIPS 180-4). Words are bigints: texts to hash are short. */
interface Width {
  readonly bits: number;
  readonly rounds: number;
  /** The rotations and shifts of Σ0, Σ1, σ0 and σ1; the last number of the latter two is a shift. */
  readonly turns: readonly (readonly [bigint, bigint, bigint])[];
}

const narrow: Width = {
  bits: 32,
  rounds: 64,
  turns: [
    [2n, 13n, 22n],
    [6n, 11n, 25n],
    [7n, 18n, 3n],
    [17n, 19n, 10n],
  ],
};
const wide: Width = {
  bits: 64,
  rounds: 80,
  turns: [
    [28n, 34n, 39n],
    [14n, 18n, 41n],
    [1n, 8n, 7n],
    [19n, 61n, 6n],
  ],
};

const roundConstants = new Map<Width, readonly bigint[]>();

function constantsOf(width: Width): readonly bigint[] {
  const known = roundConstants.get(width);
  if (known !== undefined) return known;
  const made = primes(width.rounds).map((prime) => rootFraction(prime, 3, width.bits));
  roundConstants.set(width, made);
  return made;
}

function sha2(bytes: Uint8Array, width: Width, start: readonly bigint[], length: number): Uint8Array {
  const size = width.bits / 8;
  const bits = BigInt(width.bits);
  const mask = (1n << bits) - 1n;
  const turn = (word: bigint, by: bigint): bigint => ((word >> by) | (word << (bits - by))) & mask;
  const sum = ([a, b, c]: readonly [bigint, bigint, bigint], word: bigint, shifts: boolean): bigint =>
    turn(word, a) ^ turn(word, b) ^ (shifts ? word >> c : turn(word, c));
  const [big0, big1, small0, small1] = width.turns;
  if (big0 === undefined || big1 === undefined || small0 === undefined || small1 === undefined) {
    throw new Error('a width has four rows of turns');
  }
  const constants = constantsOf(width);
  const state = [...start];
  const padded = padToBlocks(bytes, size * 16);
  for (let block = 0; block < padded.length; block += size * 16) {
    const words: bigint[] = [];
    for (let at = 0; at < width.rounds; at++) {
      const word = (back: number): bigint => words[at - back] ?? 0n;
      if (at < 16) words.push(readWord(padded, block + at * size, size));
      else words.push((sum(small1, word(2), true) + word(7) + sum(small0, word(15), true) + word(16)) & mask);
    }
    let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
    words.forEach((word, at) => {
      const first = h + sum(big1, e, false) + ((e & f) ^ (~e & mask & g)) + (constants[at] ?? 0n) + word;
      const second = sum(big0, a, false) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) & mask, c, b, a, (first + second) & mask];
    });
    [a, b, c, d, e, f, g, h].forEach((word, at) => {
      state[at] = ((state[at] ?? 0n) + word) & mask;
    });
  }
  const digest = state.flatMap((word) => wordBytes(word, size));
  return Uint8Array.from(digest.slice(0, length));
}

function readWord(bytes: Uint8Array, at: number, size: number): bigint {
  let word = 0n;
  for (let index = 0; index < size; index++) word = (word << 8n) | BigInt(bytes[at + index] ?? 0);
  return word;
}

function wordBytes(word: bigint, size: number): number[] {
  return Array.from({ length: size }, (_, at) => Number((word >> BigInt(8 * (size - 1 - at))) & 255n));
}

function padToBlocks(bytes: Uint8Array, blockSize: number): Uint8Array {
  const blocks = Math.ceil((bytes.length + 1 + blockSize / 8) / blockSize);
  const padded = new Uint8Array(blocks * blockSize);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  padded.set(wordBytes(BigInt(bytes.length) * 8n, 8), padded.length - 8);
  return padded;
}

const firstEight = (width: Width): bigint[] => primes(8).map((prime) => rootFraction(prime, 2, width.bits));

export function sha256(bytes: Uint8Array): Uint8Array {
  return sha2(bytes, narrow, firstEight(narrow), 32);
}

export function sha512(bytes: Uint8Array): Uint8Array {
  return sha2(bytes, wide, firstEight(wide), 64);
}

export function sha384(bytes: Uint8Array): Uint8Array {
  const start = primes(16)
    .slice(8)
    .map((prime) => rootFraction(prime, 2, 64));
  return sha2(bytes, wide, start, 48);
}

/** SHA-1, for systems that still ask for it. Not for anything that must be secure. */
export function sha1(bytes: Uint8Array): Uint8Array {
  const padded = padToBlocks(bytes, 64);
  const view = new DataView(padded.buffer);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < padded.length; block += 64) {
    const words: number[] = [];
    for (let at = 0; at < 80; at++) {
      const mixed =
        (words[at - 3] ?? 0) ^ (words[at - 8] ?? 0) ^ (words[at - 14] ?? 0) ^ (words[at - 16] ?? 0);
      words.push(at < 16 ? view.getInt32(block + at * 4) : (mixed << 1) | (mixed >>> 31));
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    words.forEach((word, at) => {
      let mixed = ((b & c) | (~b & d)) + 0x5a827999;
      if (at >= 60) mixed = (b ^ c ^ d) + 0xca62c1d6;
      else if (at >= 40) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
      else if (at >= 20) mixed = (b ^ c ^ d) + 0x6ed9eba1;
      const sum = (((a << 5) | (a >>> 27)) + mixed + e + word) | 0;
      [e, d, c, b, a] = [d, c, (b << 30) | (b >>> 2), a, sum];
    });
    [a, b, c, d, e].forEach((word, at) => {
      state[at] = ((state[at] ?? 0) + word) | 0;
    });
  }
  return Uint8Array.from(state.flatMap((word) => wordBytes(BigInt(word >>> 0), 4)));
}
