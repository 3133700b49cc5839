import { storageProblem } from '../platform/db/storable-json.ts';
import { identifierProblem } from '../profiles/index.ts';
import type { GroupReference } from './group-store.ts';
import { flagOf, idOf, recordOf, textOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';
import { parseDate } from './parse-date.ts';

/** What a request says of a credential; undefined is what it does not say, null what it clears. */
export interface CredentialInput {
  readonly licenseId?: string;
  readonly group?: GroupReference;
  readonly recipient?: RecipientInput;
  readonly name?: string;
  readonly description?: string;
  readonly courseLink?: string | null;
  readonly approve?: boolean;
  readonly issuedOn?: string;
  readonly expiredOn?: string | null;
  /** What else is kept as it came. */
  readonly details: Loose;
}

export interface RecipientInput {
  readonly name?: string;
  readonly email?: string;
  readonly id?: string | null;
  readonly phoneNumber?: string | null;
  readonly metaData?: Loose | null;
}

/** Messages by field, as the compatible API answers them. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

export type ParsedCredential =
  | { readonly kind: 'valid'; readonly input: CredentialInput; readonly groupInRecipient: boolean }
  | { readonly kind: 'invalid'; readonly errors: string | FieldErrors };

const KEPT = [
  'custom_attributes',
  'meta_data',
  'grade',
  'complete',
  'private',
  'allow_supplemental_evidence',
  'allow_supplemental_references',
] as const;

/** Reads `{credential: {…}}`. Unknown members are ignored and null is absent, as the API's clients expect. */
export function parseCredential(body: unknown): ParsedCredential {
  const source = recordOf(recordOf(body)?.['credential']);
  if (source === undefined)
    return { kind: 'invalid', errors: 'Can not create credential without recipient data' };
  const errors = new Map<string, string[]>();
  const refuse = (field: string, message: string): void =>
    void errors.set(field, [...(errors.get(field) ?? []), message]);
  const problem = storageProblem(source);
  if (problem !== undefined) refuse(problem.path.replace(/^\./, ''), problem.message);
  const recipientSource = recordOf(source['recipient']);
  const groupId = idOf(source['group_id']);
  const groupName = textOf(source['group_name']);
  const input: CredentialInput = {
    ...optional('licenseId', textOf(source['id'])),
    ...optional(
      'group',
      groupId !== undefined ? { id: groupId } : groupName !== undefined ? { name: groupName } : undefined,
    ),
    ...optional('recipient', recipientSource && parseRecipient(recipientSource, refuse)),
    ...optional('name', textOf(source['name'])),
    ...optional('description', textOf(source['description'])),
    ...optional('courseLink', parseLink(source, 'course_link', refuse)),
    ...optional('approve', flagOf(source['approve'])),
    ...optional('issuedOn', parseDay(source, 'issued_on', refuse) ?? undefined),
    ...optional('expiredOn', parseDay(source, 'expired_on', refuse)),
    details: Object.fromEntries(KEPT.flatMap((name) => (name in source ? [[name, source[name]]] : []))),
  };
  if (errors.size > 0) return { kind: 'invalid', errors: Object.fromEntries(errors) };
  const groupInRecipient =
    input.group === undefined && recipientSource !== undefined && 'group_id' in recipientSource;
  return { kind: 'valid', input, groupInRecipient };
}

type Refuse = (field: string, message: string) => void;

function parseRecipient(source: Loose, refuse: Refuse): RecipientInput {
  const email = textOf(source['email']);
  const problem = email === undefined ? undefined : identifierProblem('email', email);
  if (problem !== undefined) refuse('recipient.email', problem);
  const metaData = source['meta_data'] === null ? null : recordOf(source['meta_data']);
  return {
    ...optional('name', textOf(source['name'])),
    ...optional('email', email),
    ...optional('id', source['id'] === null ? null : textOf(source['id'])),
    ...optional('phoneNumber', source['phone_number'] === null ? null : textOf(source['phone_number'])),
    ...optional('metaData', metaData),
  };
}

/** A date of the body: undefined where there is none, null where it is null. */
function parseDay(source: Loose, field: string, refuse: Refuse): string | null | undefined {
  const value = source[field];
  if (value === undefined || value === '') return undefined;
  if (value === null) return null;
  const date = typeof value === 'string' ? parseDate(value) : undefined;
  if (date === undefined) refuse(field, 'is not a date: use YYYY-MM-DD');
  return date;
}

/** An http(s) link: any other scheme would be a way to run a script on the credential's page. */
function parseLink(source: Loose, field: string, refuse: Refuse): string | null | undefined {
  const value = source[field];
  if (value === null) return null;
  const text = textOf(value);
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    refuse(field, 'must be an http(s) URL');
  return text;
}

/** A member only where it has a value: exact optional properties hold no undefined. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [_ in Name]?: Value } {
  const members: { [_ in Name]?: Value } = {};
  if (value !== undefined) members[name] = value;
  return members;
}
