import { isDeepStrictEqual } from 'node:util';

import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError, databaseErrorCode } from '../platform/db/transaction.ts';
import type { SchemaInput } from './schema-input.ts';

export interface Schema extends SchemaInput {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const UNIQUE_VIOLATION = '23505';

const COLUMNS = ['id', 'name', 'tags', 'fields', 'created_at', 'updated_at'] as const;

interface Row {
  id: string;
  name: string;
  tags: string[];
  fields: unknown;
  created_at: Date;
  updated_at: Date;
}

function schemaOf(row: Row): Schema {
  const fields = typeof row.fields === 'object' && row.fields !== null ? { ...row.fields } : {};
  return {
    id: row.id,
    name: row.name,
    tags: row.tags,
    fields,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function findSchema(
  db: Queryable,
  workspaceId: string,
  by: { id: string } | { name: string },
): Promise<Schema | undefined> {
  const select = db.selectFrom('schema').select(COLUMNS).where('workspace_id', '=', workspaceId);
  const row = await (
    'id' in by ? select.where('id', '=', by.id) : select.where('name', '=', by.name)
  ).executeTakeFirst();
  return row === undefined ? undefined : schemaOf(row);
}

export async function listSchemas(
  db: Queryable,
  query: { workspaceId: string; name: string; limit: number; offset: number },
): Promise<{ schemas: Schema[]; total: number }> {
  const matching = db
    .selectFrom('schema')
    .where('workspace_id', '=', query.workspaceId)
    // Within parentheses: what stands beside it keeps the workspaces apart.
    .where(sql<boolean>`(position(lower(${query.name}) in lower(name)) > 0 or ${query.name} = '')`);
  const rows = await matching
    .select(COLUMNS)
    .orderBy('name')
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { schemas: rows.map(schemaOf), total };
}

export type WriteOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly schema: Schema }
  | { readonly kind: 'name-taken' };

/** Writes a schema under an id: makes it, or changes the one that is there. */
export async function writeSchema(
  tx: Tx,
  now: Date,
  workspaceId: string,
  id: string,
  input: SchemaInput,
): Promise<WriteOutcome> {
  const before = await lockSchema(tx, workspaceId, id);
  return await write(tx, now, workspaceId, id, before, input);
}

/** Changes the schema of an id. Where it is gone, also since the request came, it is not made again. */
export async function replaceSchema(
  tx: Tx,
  now: Date,
  workspaceId: string,
  id: string,
  input: SchemaInput,
): Promise<WriteOutcome | { readonly kind: 'missing' }> {
  const before = await lockSchema(tx, workspaceId, id);
  if (before === undefined) return { kind: 'missing' };
  return await write(tx, now, workspaceId, id, before, input);
}

async function lockSchema(tx: Tx, workspaceId: string, id: string): Promise<Schema | undefined> {
  const row = await tx
    .selectFrom('schema')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : schemaOf(row);
}

async function write(
  tx: Tx,
  now: Date,
  workspaceId: string,
  id: string,
  before: Schema | undefined,
  input: SchemaInput,
): Promise<WriteOutcome> {
  const holder = await findSchema(tx, workspaceId, { name: input.name });
  if (holder !== undefined && holder.id !== id) return { kind: 'name-taken' };
  if (before !== undefined && sameContent(before, input)) return { kind: 'unchanged', schema: before };
  const values = {
    name: input.name,
    tags: [...input.tags],
    fields: JSON.stringify(input.fields),
    updated_at: now,
  };
  try {
    const row = await tx
      .insertInto('schema')
      .values({ workspace_id: workspaceId, id, created_at: now, ...values })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    return { kind: before === undefined ? 'created' : 'updated', schema: schemaOf(row) };
  } catch (error) {
    // Two that take one name at once: run again, this one finds the name taken.
    if (databaseErrorCode(error) !== UNIQUE_VIOLATION) throw error;
    throw new ConcurrentWriteError(`the name ${input.name} was taken by another transaction`, {
      cause: error,
    });
  }
}

function sameContent(schema: Schema, input: SchemaInput): boolean {
  return isDeepStrictEqual(
    { name: schema.name, tags: schema.tags, fields: schema.fields },
    { name: input.name, tags: [...input.tags], fields: input.fields },
  );
}

export async function deleteSchema(db: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('schema')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}
