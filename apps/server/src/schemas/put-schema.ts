import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { parseSchema } from './schema-input.ts';
import { findSchema, writeSchema } from './schema-store.ts';

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
  if (written.kind === 'name-taken')
    throw new ConcurrentWriteError(`schema ${input.name} was made by another transaction`);
  return { kind: written.kind, id: written.schema.id };
}
