import { storageProblem } from '../platform/db/storable-json.ts';

/** A schema as it is written: its fields with type, design, layout and validation. */
export interface SchemaInput {
  readonly name: string;
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Refused fields, each with its messages: the shape of Schema Builder's errors. */
export type FieldMessages = Readonly<Record<string, readonly string[]>>;

export type ParsedSchema =
  | { readonly kind: 'valid'; readonly schema: SchemaInput }
  | { readonly kind: 'invalid'; readonly fields: FieldMessages };

/** The id of a field is an identifier of the template language. */
const FIELD_ID = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/;
const MAX_FIELDS = 500;
const MAX_NAME_LENGTH = 200;
const MAX_TAGS = 100;

/** Reads `{schemaName, tags, fields}`. Source: Synerise's Schema Builder API. */
export function parseSchema(body: unknown): ParsedSchema {
  const messages = new Map<string, string[]>();
  const refuse = (field: string, message: string): void => {
    messages.set(field, [...(messages.get(field) ?? []), message]);
  };
  const name = member(body, 'schemaName');
  const tags = member(body, 'tags') ?? [];
  const fields = member(body, 'fields');
  if (typeof name !== 'string' || !isName(name))
    refuse('schemaName', `must be a text of 1 to ${MAX_NAME_LENGTH} characters`);
  if (!isTexts(tags)) refuse('tags', 'must be a list of texts');
  else if (tags.length > MAX_TAGS || !tags.every(isName))
    refuse('tags', `must be at most ${MAX_TAGS} texts of 1 to ${MAX_NAME_LENGTH} characters`);
  if (!isRecord(fields)) refuse('fields', 'must be an object of fields by id');
  else checkFields(fields, refuse);
  for (const [field, value] of Object.entries({ schemaName: name, tags, fields })) {
    const problem = storageProblem(value, field);
    if (problem !== undefined) refuse(problem.path, problem.message);
  }
  if (messages.size > 0 || typeof name !== 'string' || !isTexts(tags) || !isRecord(fields)) {
    return { kind: 'invalid', fields: Object.fromEntries(messages) };
  }
  return { kind: 'valid', schema: { name: name.trim(), tags, fields } };
}

function checkFields(
  fields: Readonly<Record<string, unknown>>,
  refuse: (field: string, message: string) => void,
): void {
  const entries = Object.entries(fields);
  if (entries.length > MAX_FIELDS) {
    // Without a word on each of them: a refusal must not be longer than what was refused.
    refuse('fields', `a schema has at most ${MAX_FIELDS} fields; this one has ${entries.length}`);
    return;
  }
  for (const [id, field] of entries) {
    if (!FIELD_ID.test(id)) {
      const shown = id.length > 100 ? `${id.slice(0, 100)}…` : id;
      refuse(
        `fields.${shown}`,
        'the id must be 1 to 100 letters, digits, "_" or "-", and begin with a letter or "_"',
      );
      continue;
    }
    if (!isRecord(field)) {
      refuse(`fields.${id}`, 'must be an object');
      continue;
    }
    const { type } = field;
    if (typeof type !== 'string' || type === '')
      refuse(`fields.${id}.type`, 'must be a type such as TEXT or NUMBER');
    for (const part of ['data', 'design', 'layout', 'validation']) {
      const value = field[part];
      if (value !== undefined && value !== null && !isRecord(value))
        refuse(`fields.${id}.${part}`, 'must be an object');
    }
  }
}

function isName(text: string): boolean {
  return text.trim() !== '' && text.length <= MAX_NAME_LENGTH;
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
