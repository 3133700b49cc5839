import type { FieldError } from '../platform/http/hub-error.ts';
import { readAttributes, readTags } from './attribute-input.ts';
import { identifierProblem } from './identifiers.ts';
import type { ClientReference } from './identifiers.ts';
import { NATIVE_FIELDS, readNativeField } from './native-fields.ts';
import type { ContentChange } from './profile-content.ts';
import type { IdentityChange } from './resolve-profiles.ts';

/** What the body of a request says of a profile. */
export interface ClientInput {
  readonly clientId: number | undefined;
  readonly identity: IdentityChange;
  readonly content: ContentChange;
  /** Reserved attribute names that were sent: nothing is stored of them. */
  readonly ignored: readonly string[];
}

export type ParsedClient =
  | { readonly kind: 'valid'; readonly input: ClientInput }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

type Body = Readonly<Record<string, unknown>>;
type Refuse = (error: FieldError) => void;

/**
 * Reads the body of a request about a profile, or an item of a batch. `prefix` leads the names of fields in errors
 * (`[3].`). Null takes an attribute or a field away; members that the API does not name are ignored, as documented.
 * `tags` are added to those that the profile has.
 */
export function parseClient(body: unknown, prefix = ''): ParsedClient {
  if (!isObject(body)) {
    const field = prefix === '' ? 'body' : prefix.slice(0, -1);
    return { kind: 'invalid', errors: [{ field, message: 'must be a JSON object' }] };
  }
  const errors: FieldError[] = [];
  const refuse: Refuse = (error) => errors.push({ ...error, field: `${prefix}${error.field}` });
  const clientId = parseClientId(body['clientId'], refuse);
  const identity = parseIdentity(body, refuse);
  const fields = parseFields(body, refuse);
  const { values, ignored } = parseAttributes(body['attributes'], refuse);
  const tags = parseTags(body['tags'], refuse);
  if (errors.length > 0) return { kind: 'invalid', errors };
  const content = { attributes: new Map([...fields, ...values]), tagsAdded: tags, tagsRemoved: [] };
  return { kind: 'valid', input: { clientId, identity, content, ignored } };
}

/** Who the body is about by its own identifiers; undefined where it has none. */
export function clientOf({ clientId, identity }: ClientInput): ClientReference | undefined {
  const { email, customId, uuid } = identity;
  const client: ClientReference = {
    ...(clientId !== undefined && { id: clientId }),
    ...(typeof customId === 'string' && { customId }),
    ...(typeof uuid === 'string' && { uuid }),
    ...(typeof email === 'string' && { email }),
  };
  return Object.keys(client).length === 0 ? undefined : client;
}

function parseClientId(value: unknown, refuse: Refuse): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  refuse({ field: 'clientId', message: 'must be a positive integer', rejectedValue: value });
  return undefined;
}

function parseIdentity(body: Body, refuse: Refuse): IdentityChange {
  const identity: { email?: string | null; customId?: string | null; uuid?: string | null } = {};
  for (const kind of ['email', 'customId', 'uuid'] as const) {
    const value = body[kind];
    if (value === undefined) continue;
    const message =
      typeof value === 'string'
        ? identifierProblem(kind, value)
        : value === null
          ? undefined
          : 'must be a string';
    if (message !== undefined) refuse({ field: kind, message, rejectedValue: value });
    else identity[kind] = typeof value === 'string' ? value : null;
  }
  return identity;
}

function parseFields(body: Body, refuse: Refuse): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const name of NATIVE_FIELDS) {
    const value = body[name];
    if (value === undefined) continue;
    if (value === null) {
      fields.set(name, null);
      continue;
    }
    const reading = readNativeField(name, value);
    if (reading.kind === 'valid') fields.set(name, reading.value);
    else refuse({ field: name, message: reading.message, rejectedValue: value });
  }
  return fields;
}

function parseAttributes(
  value: unknown,
  refuse: Refuse,
): { values: ReadonlyMap<string, unknown>; ignored: readonly string[] } {
  if (value === undefined || value === null) return { values: new Map(), ignored: [] };
  if (!isObject(value)) {
    refuse({ field: 'attributes', message: 'must be an object', rejectedValue: value });
    return { values: new Map(), ignored: [] };
  }
  const { values, ignored, errors } = readAttributes(value, { fields: 'ignore', prefix: 'attributes.' });
  for (const error of errors) refuse(error);
  return { values, ignored };
}

function parseTags(value: unknown, refuse: Refuse): readonly string[] {
  if (value === undefined || value === null) return [];
  const { tags, errors } = readTags(value, 'tags');
  for (const error of errors) refuse(error);
  return tags;
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
