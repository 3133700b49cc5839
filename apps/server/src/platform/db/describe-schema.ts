import type { Pool } from 'pg';

/**
 * The tables of a database as readable SQL: columns, constraints, indexes, partitions. It is committed as `schema.sql`,
 * so that a change of the schema can be reviewed as a whole; a test compares it with what the migrations make.
 */
export async function describeSchema(pool: Pool): Promise<string> {
  const { rows: tables } = await pool.query<{
    oid: number;
    name: string;
    partitioned: string | null;
    bound: string | null;
  }>(`
    select c.oid, c.relname as name, pg_get_partkeydef(c.oid) as partitioned, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p')
    order by c.relispartition, c.relname`);
  const parts: string[] = [];
  for (const { oid, name, partitioned, bound } of tables) {
    if (bound !== null) {
      parts.push(`-- partition ${name}: ${bound}\n`);
      continue;
    }
    const columns = await linesOf(pool, COLUMNS, oid);
    const constraints = await linesOf(pool, CONSTRAINTS, oid);
    const indexes = await linesOf(pool, INDEXES, oid);
    const body = [...columns, ...constraints].map((line) => `  ${line}`).join(',\n');
    const suffix = partitioned === null ? '' : ` partition by ${partitioned}`;
    parts.push(
      `create table ${name} (\n${body}\n)${suffix};\n${indexes.map((line) => `${line};\n`).join('')}`,
    );
  }
  return parts.join('\n');
}

const COLUMNS = `
  select a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

/** Not-null constraints have rows of their own from PostgreSQL 18 on; they are with the columns already. */
const CONSTRAINTS = `
  select pg_get_constraintdef(oid) as line from pg_constraint
  where conrelid = $1 and contype <> 'n' order by contype desc, conname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) as line
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = $1 and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
  order by c.relname`;

async function linesOf(pool: Pool, sql: string, oid: number): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(sql, [oid]);
  return rows.map(({ line }) => line);
}
