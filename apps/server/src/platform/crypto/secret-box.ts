import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Tells a later format apart: a box starts with it. */
const FORMAT = 1;

/**
 * Keeps secrets at rest (AES-256-GCM) and makes digests of API keys (HMAC-SHA-256), each under a key of its own
 * that is derived from the master key. `purpose` is bound to the box: a value cannot be moved to another place.
 */
export class SecretBox {
  readonly #sealKey: Buffer;
  readonly #digestKey: Buffer;
  readonly #tokenKey: Buffer;

  constructor(masterKey: string) {
    this.#sealKey = derive(masterKey, 'laurel seal');
    this.#digestKey = derive(masterKey, 'laurel digest');
    this.#tokenKey = derive(masterKey, 'laurel token');
  }

  seal(plain: string, purpose: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), body]);
  }

  /** Throws where the box was made with another master key, for another purpose, or was changed. */
  open(box: Buffer, purpose: string): string {
    if (box[0] !== FORMAT) throw new Error(`sealed value of an unknown format for ${purpose}`);
    const nonce = box.subarray(1, 1 + NONCE_BYTES);
    const tag = box.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(tag);
    const body = box.subarray(1 + NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
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
