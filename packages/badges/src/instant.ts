/** UTC, with milliseconds where there are any: `2025-03-01T12:00:00Z`, `2025-03-01T12:00:00.250Z`. */
export function writeInstant(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}

/** UTC in whole seconds, what is below is cut off: the form of a proof's `created`. */
export function writeSeconds(instant: Date): string {
  return `${instant.toISOString().slice(0, -5)}Z`;
}
