import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parseProfile } from './platform/db/apply-profile.ts';
import type { SchemaProfile } from './platform/db/apply-profile.ts';
import { readMigrations } from './platform/db/migrate.ts';
import type { Migration } from './platform/db/migrate.ts';

/** The migrations of this version of Laurel, in order. */
export function migrations(): Migration[] {
  return readMigrations(path.join(import.meta.dirname, 'migrations'));
}

/** Databases on which the tables lie on several nodes. */
export const PROFILES = ['citus'] as const;

export type ProfileName = (typeof PROFILES)[number];

export function schemaProfile(name: ProfileName): SchemaProfile {
  const file = path.join(import.meta.dirname, 'migrations', 'profiles', `${name}.sql`);
  return parseProfile(name, readFileSync(file, 'utf8'));
}
