/** The UTF-8 bytes of a text; a lone surrogate becomes `?`, as in Java. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) code = 63;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
    }
  }
  return Uint8Array.from(bytes);
}

/** The text of UTF-8 bytes; what is no UTF-8 becomes U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const length =
      first < 0x80 ? 1 : first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    let code = length === 1 ? first : first & (0xff >> (length + 1));
    let valid = length > 0 && first < 0xf5;
    for (let more = 1; valid && more < length; more++) {
      const next = bytes[at + more] ?? 0;
      valid = (next & 0xc0) === 0x80;
      code = (code << 6) | (next & 63);
    }
    valid &&= !(length === 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)));
    valid &&= !(length === 4 && (code < 0x10000 || code > 0x10ffff));
    text += valid ? String.fromCodePoint(code) : '\ufffd';
    at += valid ? length : 1;
  }
  return text;
}

interface Charset {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

function singleByte(limit: number): Charset {
  return {
    encode: (text) =>
      Uint8Array.from(Array.from(text), (one) =>
        (one.codePointAt(0) ?? 0) < limit ? one.charCodeAt(0) : 63,
      ),
    decode: (bytes) =>
      Array.from(bytes, (byte) => (byte < limit ? String.fromCharCode(byte) : '\ufffd')).join(''),
  };
}

function utf16(littleEndian: boolean, mark: boolean): Charset {
  return {
    encode(text) {
      const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
      if (mark) units.unshift(0xfeff);
      return Uint8Array.from(
        units.flatMap((unit) => (littleEndian ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
      );
    },
    decode(bytes) {
      let text = '';
      let little = littleEndian;
      for (let at = 0; at + 1 < bytes.length; at += 2) {
        const [a = 0, b = 0] = [bytes[at], bytes[at + 1]];
        const unit = little ? a | (b << 8) : (a << 8) | b;
        if (mark && at === 0 && (unit === 0xfeff || unit === 0xfffe)) {
          if (unit === 0xfffe) little = !little;
        } else text += String.fromCharCode(unit);
      }
      return text;
    },
  };
}

const charsets: ReadonlyMap<string, Charset> = new Map<string, Charset>([
  ['UTF-8', { encode: utf8Bytes, decode: utf8Text }],
  ['UTF8', { encode: utf8Bytes, decode: utf8Text }],
  ['US-ASCII', singleByte(128)],
  ['ISO-8859-1', singleByte(256)],
  ['UTF-16LE', utf16(true, false)],
  ['UTF-16BE', utf16(false, false)],
  ['UTF-16', utf16(false, true)],
]);

export function findCharset(name: string): Charset | undefined {
  return charsets.get(name.toUpperCase());
}
