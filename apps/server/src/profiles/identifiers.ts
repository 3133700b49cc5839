/** What a profile is found by, in the order in which they decide where several lead to different profiles. */
export const IDENTIFIER_KINDS = ['id', 'customId', 'uuid', 'email'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** Who an event or an update is about: at least one identifier. `id` is the number that Laurel gave the profile. */
export interface ClientReference {
  readonly id?: number;
  readonly customId?: string;
  readonly uuid?: string;
  readonly email?: string;
}

export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
}

/** The identifiers of a reference, normalised: trimmed, NFC, an e-mail and a uuid in lower case. */
export function identifiersOf(reference: ClientReference): Identifier[] {
  return IDENTIFIER_KINDS.flatMap((kind) => {
    const value = reference[kind];
    return value === undefined ? [] : [{ kind, value: normalizeIdentifier(kind, String(value)) }];
  });
}

export function normalizeIdentifier(kind: IdentifierKind, value: string): string {
  const text = value.trim().normalize('NFC');
  return kind === 'email' || kind === 'uuid' ? text.toLowerCase() : text;
}

/** HTML's pattern for an e-mail address, with a top-level domain of two or more letters. */
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z]{2,}$/i;

/**
 * Characters that identifiers and names of attributes may not hold: line breaks, soft hyphen, variation selectors, NUL.
 * Source: Synerise's SDK.
 */
// oxlint-disable-next-line no-control-regex -- NUL is one of the characters that are refused
export const FORBIDDEN_CHARACTERS = /\r|\n|\u2028|\u2029|\u00AD|[\uFE00-\uFE0F]|\u0000/;
const BEYOND_BMP = /[\u{10000}-\u{10FFFF}\uD800-\uDFFF]/u;

/** Why a value cannot be an identifier of that kind; undefined where it can. */
export function identifierProblem(kind: IdentifierKind, value: string): string | undefined {
  const text = value.trim();
  if (text === '') return 'must not be empty';
  if (text.length > 254) return 'must have at most 254 characters';
  if (FORBIDDEN_CHARACTERS.test(text))
    return 'holds a line break, a NUL or another character that identifiers may not hold';
  if (BEYOND_BMP.test(text))
    return 'holds a character outside the basic multilingual plane, such as an emoji';
  if (kind === 'email' && !EMAIL.test(text)) return 'is not an e-mail address';
  return undefined;
}
