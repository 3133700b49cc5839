import { storageProblem } from '../platform/db/storable-json.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import { FORBIDDEN_CHARACTERS } from './identifiers.ts';
import { isNativeField, readNativeField, textProblem } from './native-fields.ts';
import { RESERVED_NAMES } from './reserved-names.ts';

export interface AttributeInput {
  /** By name; null takes the attribute away. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Reserved names that were sent: nothing is stored of them. */
  readonly ignored: readonly string[];
  readonly errors: readonly FieldError[];
}

const MAX_NAME = 255;
const MAX_TAG = 100;

/**
 * Reads attributes by name. `fields` says whether the names of native fields stand for these fields, checked as such,
 * or are reserved like the others. `prefix` leads the names in errors (`attributes.`).
 */
export function readAttributes(
  source: Readonly<Record<string, unknown>>,
  { fields, prefix }: { readonly fields: 'read' | 'ignore'; readonly prefix: string },
): AttributeInput {
  const values = new Map<string, unknown>();
  const ignored: string[] = [];
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined) continue;
    const native = fields === 'read' && isNativeField(name);
    if (!native && RESERVED_NAMES.has(name)) {
      ignored.push(name);
      continue;
    }
    const reading =
      value === null ? valid(null) : native ? readNativeField(name, value) : readValue(name, value);
    const nameMessage = native ? undefined : nameProblem(name);
    if (nameMessage !== undefined)
      errors.push({ field: `${prefix}${name.slice(0, MAX_NAME)}`, message: nameMessage });
    else if (reading.kind === 'valid') values.set(name, reading.value);
    else errors.push({ field: `${prefix}${name}`, message: reading.message, rejectedValue: value });
  }
  return { values, ignored, errors };
}

/** Reads names of tags, each once, trimmed. */
export function readTags(
  source: unknown,
  field: string,
): { readonly tags: readonly string[]; readonly errors: readonly FieldError[] } {
  if (!Array.isArray(source)) {
    return { tags: [], errors: [{ field, message: 'must be an array of strings', rejectedValue: source }] };
  }
  const tags = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, tag] of source.entries()) {
    const text: unknown = typeof tag === 'string' ? tag.trim() : tag;
    const message =
      typeof text !== 'string' || text === '' ? 'must be a non-empty string' : textProblem(text, MAX_TAG);
    if (message === undefined) tags.add(String(text));
    else errors.push({ field: `${field}[${index}]`, message, rejectedValue: tag });
  }
  return { tags: [...tags], errors };
}

function nameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'is an attribute without a name';
  if (name.length > MAX_NAME) return `is a name of more than ${MAX_NAME} characters`;
  if (FORBIDDEN_CHARACTERS.test(name) || !name.isWellFormed()) {
    return 'is a name with a line break, a NUL or another character that names may not hold';
  }
  return undefined;
}

function readValue(name: string, value: unknown): ReturnType<typeof readNativeField> {
  const problem = storageProblem(value, name);
  return problem === undefined
    ? valid(value)
    : { kind: 'invalid', message: `${problem.message} (${problem.path})` };
}

function valid(value: unknown): ReturnType<typeof readNativeField> {
  return { kind: 'valid', value };
}
