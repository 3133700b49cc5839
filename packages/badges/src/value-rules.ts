/** A rule says what is wrong with a value, or nothing. */
export type Rule = (value: string) => string | undefined;

// Control characters but line breaks and tabs: implementations of the canonical form escape them differently, so a
// credential that holds one verifies here and fails elsewhere.
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

// What RFC 3987 keeps out of an IRI, and all blanks.
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const NOT_IN_IRI = /[\u0000-\u0020<>"{}|\\^`\u007F-\u00A0]|\s/;

const URN_UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SALT = /^[0-9a-f]{32}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

export const text: Rule = (value) => {
  if (value.trim() === '') return 'must not be empty';
  // Half a surrogate pair has no UTF-8 form: all of them would be signed as the same replacement character.
  if (!value.isWellFormed()) return 'holds half of a surrogate pair';
  if (CONTROL.test(value)) return 'holds a control character';
  return undefined;
};

export const urnUuid: Rule = (value) =>
  URN_UUID.test(value) ? undefined : 'must be urn:uuid: and a UUID in small letters';

/** 128 bits. */
export const salt: Rule = (value) =>
  SALT.test(value) ? undefined : 'must be 32 small hexadecimal digits (128 bits)';

export const email: Rule = (value) =>
  text(value) ?? (EMAIL.test(value.trim()) ? undefined : 'must be an e-mail address');

export const webUrl: Rule = (value) =>
  isIri(value, ['http:', 'https:']) ? undefined : 'must be an http or https URL';

export const imageUrl: Rule = (value) =>
  isIri(value, ['http:', 'https:']) || (value.startsWith('data:image/') && isIri(value, ['data:']))
    ? undefined
    : 'must be an http or https URL, or a data URL of an image';

export const issuerId: Rule = (value) =>
  isIri(value, ['http:', 'https:', 'did:']) && !value.includes('#')
    ? undefined
    : 'must be a DID or an http or https URL, without a fragment';

export const identifier: Rule = (value) =>
  isIri(value, ['http:', 'https:', 'did:', 'urn:'])
    ? undefined
    : 'must be a DID, a URN, or an http or https URL';

/** Schemes are closed lists: `javascript:` ends as a link on a page, and `name:x` would be read as a compact IRI. */
function isIri(value: string, schemes: readonly string[]): boolean {
  return (
    schemes.some((scheme) => value.startsWith(scheme)) &&
    !NOT_IN_IRI.test(value) &&
    value.isWellFormed() &&
    URL.canParse(value)
  );
}
