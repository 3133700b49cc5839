import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { ScryptOptions } from 'node:crypto';

/** 68 ms of one core (Node 24, x64) and 32 MB of memory for each password that is checked. */
const COST = { ln: 15, r: 8, p: 1 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const FORMAT = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

interface Cost {
  /** The binary logarithm of scrypt's N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** `$scrypt$ln=15,r=8,p=1$<salt>$<key>`, base64: a later cost does not make the earlier hashes useless. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return written(COST, salt, await derive(password, salt, KEY_BYTES, COST));
}

/** Whether a hash was made of this password. Throws where it is no hash of ours: the database was changed by hand. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, ln, r, p, salt, key] = FORMAT.exec(hash) ?? [];
  if (salt === undefined || key === undefined)
    throw new Error('a stored password hash has an unknown format');
  const expected = Buffer.from(key, 'base64');
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const actual = await derive(password, Buffer.from(salt, 'base64'), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

/** The hash of no password: checking against it takes as long as against a user's. */
export const HASH_OF_NOBODY = written(COST, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));

function written({ ln, r, p }: Cost, salt: Buffer, key: Buffer): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

async function derive(password: string, salt: Buffer, bytes: number, { ln, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** ln;
  // Node refuses what needs more than `maxmem`; scrypt needs 128 N r and a little.
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  // One keyboard writes é as one character, another as two: NFKC makes them the same password.
  const text = password.normalize('NFKC');
  return await new Promise((resolve, reject) => {
    scrypt(text, salt, bytes, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
