import path from 'node:path';

import { readMigrations } from './platform/db/migrate.ts';
import type { Migration } from './platform/db/migrate.ts';

/** The migrations of this version of Laurel, in order. */
export function migrations(): Migration[] {
  return readMigrations(path.join(import.meta.dirname, 'migrations'));
}
