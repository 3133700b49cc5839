/** A message as its reader sees it. */
export interface Message {
  /** Names in lower case, in order, values as on the wire, unfolded. */
  readonly headers: readonly (readonly [string, string])[];
  /** A header with its encoded words decoded; undefined where there is none. Throws where there are several. */
  header(name: string): string | undefined;
  /** The bodies by media type, decoded. */
  readonly bodies: ReadonlyMap<string, string>;
}

/** Reads a message: headers, and the parts of one multipart level. Enough for what Laurel sends. */
export function readMessage(raw: string): Message {
  const { headers, body } = split(raw);
  const header = (name: string): string | undefined => {
    const values = headers.filter(([candidate]) => candidate === name);
    if (values.length > 1) throw new Error(`the message has several ${name}`);
    return values[0] === undefined ? undefined : decodeWords(values[0][1]);
  };
  const boundary = /^multipart\/.*boundary="([^"]+)"/.exec(header('content-type') ?? '')?.[1];
  const parts =
    boundary === undefined
      ? [raw]
      : body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => part.replace(/^\r\n/, '').replace(/\r\n$/, ''));
  return { headers, header, bodies: new Map(parts.map(readPart)) };
}

function split(raw: string): { headers: (readonly [string, string])[]; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { headers, body: raw.slice(end + 4) };
}

function readPart(raw: string): readonly [string, string] {
  const { headers, body } = split(raw);
  const value = (name: string): string => headers.find(([candidate]) => candidate === name)?.[1] ?? '';
  const type = /^[^;]+/.exec(value('content-type'))?.[0] ?? '';
  switch (value('content-transfer-encoding')) {
    case 'base64':
      return [type, Buffer.from(body, 'base64').toString()];
    case 'quoted-printable':
      return [type, quotedPrintable(body.replaceAll(/[ \t]*=\r\n/g, (soft) => soft.slice(0, -3)))];
    default:
      return [type, body];
  }
}

/** RFC 2047. The space between two encoded words is not part of the text. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/(=\?[^?]+\?[QB]\?[^?]*\?=)\s+(?==\?[^?]+\?[QB]\?)/gi, '$1')
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_word, encoding: string, encoded: string) =>
      encoding.toUpperCase() === 'B'
        ? Buffer.from(encoded, 'base64').toString()
        : quotedPrintable(encoded.replaceAll('_', ' ')),
    );
}

function quotedPrintable(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
