import { storageProblem } from '../platform/db/storable-json.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import { columnProblem, keyProblem, MAX_VALUE_BYTES } from './item-rules.ts';
import type { WriteItem } from './item-store.ts';

/** An item as it was sent, ready to be written. */
export interface ItemInput extends WriteItem {
  readonly columns: readonly string[];
}

export type ParsedItems =
  | { readonly kind: 'valid'; readonly items: readonly ItemInput[] }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** Reads items, `{itemKey, value: {…}}`. `prefix` says where an item stands in the request: `[3].`, or nothing. */
export function parseItems(bodies: readonly unknown[], prefix: (index: number) => string): ParsedItems {
  const errors: FieldError[] = [];
  const items = bodies.flatMap((body, index): ItemInput[] => {
    const found = parseItem(body, prefix(index));
    if (found.kind === 'valid') return [found.item];
    errors.push(...found.errors);
    return [];
  });
  return errors.length > 0 ? { kind: 'invalid', errors } : { kind: 'valid', items };
}

function parseItem(
  body: unknown,
  prefix: string,
): { kind: 'valid'; item: ItemInput } | { kind: 'invalid'; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const key = member(body, 'itemKey');
  const value = member(body, 'value');
  const keyRefusal = typeof key === 'string' ? keyProblem(key.trim()) : 'must be a text';
  if (keyRefusal !== undefined)
    errors.push({ field: `${prefix}itemKey`, message: keyRefusal, rejectedValue: key });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.push({ field: `${prefix}value`, message: 'must be an object', rejectedValue: value });
    return { kind: 'invalid', errors };
  }
  const columns = Object.keys(value);
  const name = columns.find((column) => columnProblem(column) !== undefined);
  if (name !== undefined)
    errors.push({
      field: `${prefix}value`,
      message: `has a member whose name ${columnProblem(name)}`,
      rejectedValue: name,
    });
  const problem = storageProblem(value, `${prefix}value`);
  if (name === undefined && problem !== undefined)
    errors.push({ field: problem.path, message: problem.message });
  // A value that cannot be stored need not be one that can be written as JSON.
  const json = errors.length === 0 ? JSON.stringify(value) : '';
  if (Buffer.byteLength(json) > MAX_VALUE_BYTES)
    errors.push({ field: `${prefix}value`, message: `is larger than ${MAX_VALUE_BYTES / 1024 / 1024} MiB` });
  if (errors.length > 0) return { kind: 'invalid', errors };
  return { kind: 'valid', item: { key: String(key).trim(), json, columns } };
}

function member(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}
