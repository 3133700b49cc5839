import { isUtf8 } from 'node:buffer';

/** Thrown in front of the first byte that is not UTF-8. */
export class NotUtf8 extends Error {}

/**
 * Passes bytes on that end with a whole character each time. Where they are not UTF-8 it throws `NotUtf8`, after it has
 * passed on all that comes before, however the bytes arrived in chunks.
 */
export async function* wholeCharacters(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = beginning(bytes, bytes.length);
    rest = bytes.subarray(whole.length);
    if (!isUtf8(whole)) {
      yield goodPart(whole);
      throw new NotUtf8();
    }
    yield whole;
  }
  if (rest.length > 0) throw new NotUtf8();
}

/** The length of a character at the end of which more bytes are to come; 0 where the last one is whole. */
function openCharacter(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length : 0;
  }
  return 0;
}

/** The longest beginning that is UTF-8. */
function goodPart(bytes: Buffer): Buffer {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isUtf8(beginning(bytes, middle))) good = middle;
    else bad = middle;
  }
  return beginning(bytes, good);
}

/** The first bytes, up to the last whole character among them. */
function beginning(bytes: Buffer, length: number): Buffer {
  const start = bytes.subarray(0, length);
  return start.subarray(0, length - openCharacter(start));
}
