import { z } from 'zod';

/** The name of an output that the author gives. */
export const outputNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$/, 'must be 1 to 64 letters, digits, spaces, "-" or "_"');

/** Whether no two of the items have one name. */
export function uniqueNames(items: readonly { readonly name: string }[]): boolean {
  return new Set(items.map(({ name }) => name)).size === items.length;
}
