/** An e-mail address with the name that is shown beside it (RFC 5322). */
export interface Mailbox {
  readonly address: string;
  readonly name?: string | undefined;
}

/**
 * HTML's pattern for an e-mail address, with at least two labels of which the last begins with a letter, so that an IP
 * address is none. ASCII only: a domain with other letters is written in its `xn--` form.
 */
const ADDRESS =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;
const ADDRESS_LIMIT = 254;
/** Control characters, line breaks in each of their forms: what could end a header and begin another. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** RFC 2047: what a reader would decode, so that it would read something else than was written here. */
const ENCODED_WORD = /=\?[^?\s]+\?[QB]\?/i;
const NAME_LIMIT = 200;

/** Why a text is no e-mail address; undefined where it is one. */
export function addressProblem(text: string): string | undefined {
  if (text.length > ADDRESS_LIMIT) return `must have at most ${ADDRESS_LIMIT} characters`;
  return ADDRESS.test(text) ? undefined : 'is not an e-mail address';
}

/** Why a text cannot stand in one line of a header; undefined where it can. `limit` in characters. */
export function headerTextProblem(text: string, limit: number): string | undefined {
  if (text.length > limit) return `must have at most ${limit} characters`;
  if (CONTROL.test(text)) return 'holds a line break or another control character';
  if (ENCODED_WORD.test(text)) return 'holds an encoded word (=?…?=)';
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

/** Why a mailbox cannot be written to a header; undefined where it can. */
export function mailboxProblem({ address, name }: Mailbox): string | undefined {
  const problem = addressProblem(address);
  if (problem !== undefined) return problem;
  const nameProblem = name === undefined ? undefined : headerTextProblem(name, NAME_LIMIT);
  return nameProblem === undefined ? undefined : `has a name that ${nameProblem}`;
}

const WITH_NAME = /^(?:"([^"]*)"|([^"<>]*))<([^<>]+)>$/;

/** Reads `name@example.org`, `Name <name@example.org>` or `"Name" <name@example.org>`; undefined where it is neither. */
export function parseMailbox(text: string): Mailbox | undefined {
  const match = WITH_NAME.exec(text.trim().replace(/"\s+</, '"<'));
  const name = (match?.[1] ?? match?.[2])?.trim();
  const mailbox = {
    address: match?.[3]?.trim() ?? text.trim(),
    ...(name !== undefined && name !== '' && { name }),
  };
  return mailboxProblem(mailbox) === undefined ? mailbox : undefined;
}
