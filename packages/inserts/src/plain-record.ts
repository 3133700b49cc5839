/** True for an object with text keys. Its properties are unknown still, getters included. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
