/** What an item may be, whichever way it comes in. */

/** A key is part of an index, whose entries may have 2,700 bytes; 500 UTF-16 units are at most 1,500 bytes. */
const MAX_KEY_LENGTH = 500;
/** The columns of a catalog: each list of catalogs and items shows them. */
export const MAX_COLUMNS = 1_000;
/** The value of an item as JSON. */
export const MAX_VALUE_BYTES = 1024 * 1024;

const COLUMN = /^[_a-zA-Z0-9][-_a-zA-Z0-9]*$/;
/** With short cells, names are most of what is stored of a row: they bound how much a small file can grow into. */
const MAX_COLUMN_LENGTH = 100;

/** Why a text cannot be the key of an item; undefined where it can. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (key.length > MAX_KEY_LENGTH) return `is longer than ${MAX_KEY_LENGTH} characters`;
  if (key.includes('\0')) return 'holds a NUL character';
  return key.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

/** Why a text cannot name a column; undefined where it can. Source of the rule: Synerise's imports. */
export function columnProblem(name: string): string | undefined {
  if (name.length > MAX_COLUMN_LENGTH) return `is longer than ${MAX_COLUMN_LENGTH} characters`;
  return COLUMN.test(name)
    ? undefined
    : 'must be letters without diacritics, digits, "_" and "-", and not begin with "-"';
}
