import { createHmac, hkdfSync } from 'node:crypto';

import { BOX_FORMATS, openBox, sealBox } from './sealed-box.ts';

/**
 * Keeps secrets at rest (AES-256-GCM) and makes digests of API keys (HMAC-SHA-256), each under a key of its own
 * that is derived from the master key. `purpose` is bound to the box: a value cannot be moved to another place.
 */
export class SecretBox {
  readonly #sealKey: Buffer;
  readonly #wrapKey: Buffer;
  readonly #digestKey: Buffer;
  readonly #tokenKey: Buffer;

  constructor(masterKey: string) {
    this.#sealKey = derive(masterKey, 'laurel seal');
    this.#wrapKey = derive(masterKey, 'laurel wrap');
    this.#digestKey = derive(masterKey, 'laurel digest');
    this.#tokenKey = derive(masterKey, 'laurel token');
  }

  seal(plain: string, purpose: string): Buffer {
    return sealBox(BOX_FORMATS.masterKey, this.#sealKey, Buffer.from(plain), purpose);
  }

  /** Throws where the box was made with another master key, for another purpose, or was changed. */
  open(box: Buffer, purpose: string): string {
    return openBox(BOX_FORMATS.masterKey, this.#sealKey, box, purpose).toString('utf8');
  }

  /** Wraps a key that seals others' secrets, to be stored. */
  wrap(key: Buffer, purpose: string): Buffer {
    return sealBox(BOX_FORMATS.masterKey, this.#wrapKey, key, purpose);
  }

  /** Throws as `open` does. */
  unwrap(wrapped: Buffer, purpose: string): Buffer {
    return openBox(BOX_FORMATS.masterKey, this.#wrapKey, wrapped, purpose);
  }

  /** The digest under which an API key is stored and found. */
  digest(key: string): Buffer {
    return createHmac('sha256', this.#digestKey).update(key).digest();
  }

  /** The key that signs login tokens. */
  get tokenKey(): Uint8Array {
    return this.#tokenKey;
  }
}

function derive(masterKey: string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, 'laurel', info, 32));
}
