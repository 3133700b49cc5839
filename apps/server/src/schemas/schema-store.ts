import { isDeepStrictEqual } from 'node:util';

import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { parseSchema } from './schema-input.ts';
import type { SchemaInput } from './schema-input.ts';

export interface Schema extends SchemaInput {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

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
  const holder = await findSchema(tx, workspaceId, { name: input.name });
  if (holder !== undefined && holder.id !== id) return { kind: 'name-taken' };
  const before = await findSchema(tx, workspaceId, { id });
  if (
    before !== undefined &&
    isDeepStrictEqual(
      { name: before.name, tags: before.tags, fields: before.fields },
      { ...input, tags: [...input.tags] },
    )
  ) {
    return { kind: 'unchanged', schema: before };
  }
  const values = {
    name: input.name,
    tags: [...input.tags],
    fields: JSON.stringify(input.fields),
    updated_at: now,
  };
  const row = await tx
    .insertInto('schema')
    .values({ workspace_id: workspaceId, id, created_at: now, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return { kind: before === undefined ? 'created' : 'updated', schema: schemaOf(row) };
}

export async function deleteSchema(db: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('schema')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

export type PutSchemaOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly id: string }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly errors: readonly { readonly field: string; readonly message: string }[];
    };

/** Makes the schema of a name, or changes the one that is there. `id` is the one that it is to have. */
export async function putSchema(
  tx: Tx,
  now: Date,
  input: {
    workspaceId: string;
    id: string | undefined;
    name: string;
    tags: readonly string[];
    fields: Readonly<Record<string, unknown>>;
  },
): Promise<PutSchemaOutcome> {
  const parsed = parseSchema({ schemaName: input.name, tags: input.tags, fields: input.fields });
  if (parsed.kind === 'invalid') {
    const errors = Object.entries(parsed.fields).flatMap(([field, messages]) =>
      messages.map((message) => ({ field: `spec.${field}`, message })),
    );
    return { kind: 'refused', message: 'it is not valid', errors };
  }
  const existing = await findSchema(tx, input.workspaceId, { name: parsed.schema.name });
  if (existing !== undefined && input.id !== undefined && existing.id !== input.id) {
    return {
      kind: 'refused',
      message: `there is a schema of this name with another id, ${existing.id}`,
      errors: [],
    };
  }
  const written = await writeSchema(
    tx,
    now,
    input.workspaceId,
    input.id ?? existing?.id ?? newId(),
    parsed.schema,
  );
  if (written.kind === 'name-taken') throw new Error(`schema ${input.name} was made by another transaction`);
  return { kind: written.kind, id: written.schema.id };
}
