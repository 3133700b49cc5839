import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a box was sealed under; it is the first byte of the box. */
export const BOX_FORMATS = { masterKey: 1, dataKey: 2 } as const;
export type BoxFormat = (typeof BOX_FORMATS)[keyof typeof BOX_FORMATS];

/** Seals by AES-256-GCM. `purpose` is bound to the box: a value cannot be moved to another place. */
export function sealBox(format: BoxFormat, key: Buffer, plain: Uint8Array, purpose: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(format), nonce, cipher.getAuthTag(), body]);
}

/** Throws where the box was sealed under another key, for another purpose, or was changed. */
export function openBox(format: BoxFormat, key: Buffer, box: Buffer, purpose: string): Buffer {
  if (box[0] !== format) throw new Error(`sealed value of an unknown format for ${purpose}`);
  const nonce = box.subarray(1, 1 + NONCE_BYTES);
  const tag = box.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(box.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}
