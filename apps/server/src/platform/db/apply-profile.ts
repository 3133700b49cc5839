import type { Pool } from 'pg';

/** Where the tables lie in a database that is distributed. */
export interface SchemaProfile {
  /** Of the extension that it needs, too. */
  readonly name: string;
  /** Statements that place one table each, in order. */
  readonly placements: readonly TablePlacement[];
  /** Tables that stay where they are. */
  readonly local: readonly string[];
}

export interface TablePlacement {
  readonly table: string;
  /** Undefined: the table is on every node. */
  readonly column: string | undefined;
  readonly sql: string;
}

export type ProfileOutcome =
  | { readonly kind: 'applied'; readonly tables: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

const PLACEMENT = /^select create_(?:distributed_table\('(\w+)', '(\w+)'.*\)|reference_table\('(\w+)'\));$/;

/** Reads the SQL of a profile. Throws on a line that is neither a placement nor a comment. */
export function parseProfile(name: string, text: string): SchemaProfile {
  const placements: TablePlacement[] = [];
  const local: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('-- local: ')) local.push(...line.slice('-- local: '.length).split(', '));
    if (line === '' || line.startsWith('--')) continue;
    const match = PLACEMENT.exec(line);
    const table = match?.[1] ?? match?.[3];
    if (table === undefined) throw new Error(`${name}: this line places no table: ${line}`);
    placements.push({ table, column: match?.[2], sql: line });
  }
  return { name, placements, local };
}

/** Places the tables that are not placed yet: a later version of the profile may have more. */
export async function applyProfile(pool: Pool, profile: SchemaProfile): Promise<ProfileOutcome> {
  const { rows } = await pool.query<{ installed: boolean }>(
    'select exists (select from pg_extension where extname = $1) as installed',
    [profile.name],
  );
  if (rows[0]?.installed !== true) {
    return {
      kind: 'refused',
      message: `the database has no extension ${profile.name}: install it on every node, name it in shared_preload_libraries, and run \`create extension ${profile.name}\` in this database on every node`,
    };
  }
  return { kind: 'applied', tables: await placeTables(pool, profile) };
}

/** Each table in a transaction of its own: placing one moves its rows. */
export async function placeTables(pool: Pool, { placements }: SchemaProfile): Promise<string[]> {
  const placed: string[] = [];
  for (const { table, sql } of placements) {
    const { rowCount } = await pool.query(
      'select from pg_dist_partition where logicalrelid = to_regclass($1)',
      [table],
    );
    if (rowCount !== 0) continue;
    await pool.query(sql);
    placed.push(table);
  }
  return placed;
}
