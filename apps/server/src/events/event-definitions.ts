import { sql } from 'kysely';

import { texts, uuids } from '../platform/db/array-parameters.ts';
import type { Queryable, Tx } from '../platform/db/database.ts';

export interface EventDefinition {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly origin: 'applied' | 'received' | 'workflow' | 'system';
}

/** Definitions that are known to exist, so that a busy action costs no statement. Definitions are never deleted. */
export class KnownDefinitions {
  readonly #known = new Set<string>();

  /** Makes definitions for the actions that have none. The answer is to be called after the commit. */
  async ensure(
    tx: Tx,
    actions: Iterable<{ workspaceId: string; name: string; displayName?: string | undefined }>,
    origin: EventDefinition['origin'],
  ): Promise<() => void> {
    const missing = new Map<string, { workspaceId: string; name: string; displayName: string }>();
    for (const { workspaceId, name, displayName } of actions) {
      const key = `${workspaceId} ${name}`;
      if (!this.#known.has(key)) missing.set(key, { workspaceId, name, displayName: displayName ?? name });
    }
    if (missing.size === 0) return () => undefined;
    const sorted = [...missing].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => definition);
    await sql`
      insert into event_definition (workspace_id, name, display_name, origin)
      select w, n, d, ${origin} from unnest(
        ${uuids(sorted.map(({ workspaceId }) => workspaceId))}::uuid[],
        ${texts(sorted.map(({ name }) => name))}::text[],
        ${texts(sorted.map(({ displayName }) => displayName))}::text[]) as t(w, n, d)
      on conflict do nothing`.execute(tx);
    return () => {
      for (const key of missing.keys()) this.#known.add(key);
    };
  }
}

export async function listEventDefinitions(db: Queryable, workspaceId: string): Promise<EventDefinition[]> {
  const rows = await db
    .selectFrom('event_definition')
    .select(['name', 'display_name', 'description', 'origin'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    displayName: row.display_name,
    description: row.description,
    origin: originOf(row.origin),
  }));
}

/** The column has a check constraint; an unknown value is a newer version's. */
function originOf(text: string): EventDefinition['origin'] {
  return text === 'received' || text === 'workflow' || text === 'system' ? text : 'applied';
}

/** Makes a definition or changes the names of one. */
export async function putEventDefinition(
  tx: Tx,
  input: { workspaceId: string; name: string; displayName: string; description: string },
): Promise<'created' | 'updated' | 'unchanged'> {
  const existing = await tx
    .selectFrom('event_definition')
    .select(['display_name', 'description'])
    .where('workspace_id', '=', input.workspaceId)
    .where('name', '=', input.name)
    .forUpdate()
    .executeTakeFirst();
  if (existing?.display_name === input.displayName && existing.description === input.description)
    return 'unchanged';
  await tx
    .insertInto('event_definition')
    .values({
      workspace_id: input.workspaceId,
      name: input.name,
      display_name: input.displayName,
      description: input.description,
      origin: 'applied',
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'name'])
        .doUpdateSet({ display_name: input.displayName, description: input.description }),
    )
    .execute();
  return existing === undefined ? 'created' : 'updated';
}
