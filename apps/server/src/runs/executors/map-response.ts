import { member, parseJson } from '../../integrations/index.ts';
import { storageProblem } from '../../platform/db/storable-json.ts';

/** How much of an answer may become part of the run, as JSON. */
const MAX_LENGTH = 16_384;

/**
 * The parts of an answer that the run keeps, by the names that the author gave them. A path is of names and places
 * (`credential.custom_attributes.level`, `items.0.id`); what it does not lead to is null.
 */
export function mapResponse(
  mapping: readonly { readonly name: string; readonly path: string }[],
  response: string,
): Readonly<Record<string, unknown>> | undefined {
  if (mapping.length === 0) return undefined;
  const body = parseJson(response);
  const mapped = Object.fromEntries(mapping.map(({ name, path }) => [name, valueAt(body, path)]));
  return storageProblem(mapped) === undefined && JSON.stringify(mapped).length <= MAX_LENGTH ? mapped : {};
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, part) => member(at, part), value) ?? null;
}
