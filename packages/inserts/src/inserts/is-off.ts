/** True for an option that was written as false. */
export function isOff(value: unknown): boolean {
  return typeof value === 'string' && value.toLowerCase() === 'false';
}
