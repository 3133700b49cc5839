import { describe, expect, it } from 'vitest';

import { hashIdentity, normalizeEmail } from './hash-identity.ts';

describe('hashIdentity', () => {
  it('gives the value that the Open Badges specification publishes', () => {
    expect(hashIdentity('a@example.com', 'Kosher')).toBe(
      'sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399',
    );
  });

  it('does not depend on blanks around the address or on its letters being capital', () => {
    expect(hashIdentity('  A@Example.COM\n', 'Kosher')).toBe(hashIdentity('a@example.com', 'Kosher'));
    expect(normalizeEmail(' Ada@Example.org ')).toBe('ada@example.org');
  });

  it('depends on the salt and takes it as it is', () => {
    expect(hashIdentity('a@example.com', 'kosher')).not.toBe(hashIdentity('a@example.com', 'Kosher'));
  });
});
