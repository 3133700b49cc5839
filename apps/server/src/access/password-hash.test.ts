import { describe, expect, it } from 'vitest';

import { HASH_OF_NOBODY, hashPassword, verifyPassword } from './password-hash.ts';

describe('the hash of a password', () => {
  it('is verified by the same password only', async () => {
    const hash = await hashPassword('correct horse battery staple');
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
    expect(await verifyPassword('correct horse battery staple', hash)).toBe(true);
    for (const other of [
      '',
      'correct horse battery stapl',
      'correct horse battery staple ',
      'Correct horse battery staple',
    ]) {
      expect(await verifyPassword(other, hash)).toBe(false);
    }
  });

  it('is another one each time', async () => {
    expect(await hashPassword('the same password')).not.toBe(await hashPassword('the same password'));
  });

  it('is checked at the cost that it was made at', async () => {
    // Of another implementation: Python's hashlib.scrypt(b'pleaseletmein', salt=b'SodiumChloride', n=2**14, r=8, p=1, dklen=64), RFC 7914.
    const published =
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
    const hash = `$scrypt$ln=14,r=8,p=1$${btoa('SodiumChloride')}$${Buffer.from(published, 'hex').toString('base64')}`;
    expect(await verifyPassword('pleaseletmein', hash)).toBe(true);
    expect(await verifyPassword('pleaseletmeout', hash)).toBe(false);
  });

  it('of nobody is that of no password, at the same cost', async () => {
    const hash = await hashPassword('x');
    expect(HASH_OF_NOBODY.split('$')[2]).toBe(hash.split('$')[2]);
    expect(HASH_OF_NOBODY).toHaveLength(hash.length);
    expect(await verifyPassword('', HASH_OF_NOBODY)).toBe(false);
  });

  it('that is none is a fault, not a wrong password', async () => {
    for (const broken of [
      '',
      'plain text',
      '$scrypt$ln=15,r=8,p=1$AAAA',
      '$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA',
    ]) {
      await expect(verifyPassword('plain text', broken)).rejects.toThrow('unknown format');
    }
  });
});
