/** Reading the loose bodies of the compatible API: null is absent, numbers may be texts, forms are texts throughout. */

export type Loose = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text, trimmed; a number as its digits; undefined for anything else and for the empty text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** `true`, `"true"`, 1 and their opposites; undefined for anything else. */
export function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return undefined;
}

/** A positive integer, also as digits; undefined for anything else. */
export function idOf(value: unknown): number | undefined {
  const text = textOf(value);
  const id = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return id > 0 ? id : undefined;
}

/** An object of the body; undefined for anything else. */
export function recordOf(value: unknown): Loose | undefined {
  return isRecord(value) ? value : undefined;
}
