import { parseDefinition, upgradeDefinition } from '@laurel/workflow';
import type { Definition, NodeOf } from '@laurel/workflow';

import type { Queryable, Tx } from '../platform/db/database.ts';

/** A workflow that an event can start. */
export interface Trigger {
  readonly workspaceId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly definition: Definition;
  readonly node: NodeOf<'profile-event'>;
}

type TriggerIndex = ReadonlyMap<string, readonly Trigger[]>;

const keyOf = (workspaceId: string, event: string): string => `${workspaceId} ${event}`;

/**
 * What events start, kept in memory. Each transaction that matches events reads the revision of the registry; when it
 * has moved, the triggers are loaded anew. So an event that is stored after an activation committed starts a run, on
 * every process.
 */
export class ActiveWorkflows {
  #loaded: { revision: number; triggers: TriggerIndex } | undefined;

  /** The triggers as the transaction sees them. */
  async triggers(tx: Tx): Promise<(workspaceId: string, event: string) => readonly Trigger[]> {
    const { revision } = await tx
      .selectFrom('workflow_registry')
      .select('revision')
      .executeTakeFirstOrThrow();
    if (this.#loaded?.revision !== revision) this.#loaded = { revision, triggers: await loadTriggers(tx) };
    const { triggers } = this.#loaded;
    return (workspaceId, event) => triggers.get(keyOf(workspaceId, event)) ?? [];
  }
}

async function loadTriggers(tx: Tx): Promise<TriggerIndex> {
  const rows = await tx
    .selectFrom('workflow as w')
    .innerJoin('workflow_version as v', (join) =>
      join
        .onRef('v.workspace_id', '=', 'w.workspace_id')
        .onRef('v.workflow_id', '=', 'w.id')
        .onRef('v.version', '=', 'w.active_version'),
    )
    .select(['w.workspace_id', 'w.id', 'v.version', 'v.definition'])
    .where('w.status', '=', 'active')
    .execute();
  const triggers = new Map<string, Trigger[]>();
  for (const row of rows) {
    const definition = storedDefinition(row.definition);
    for (const node of definition.nodes) {
      if (node.type !== 'profile-event') continue;
      const key = keyOf(row.workspace_id, node.settings.event);
      const trigger = {
        workspaceId: row.workspace_id,
        workflowId: row.id,
        version: row.version,
        definition,
        node,
      };
      triggers.set(key, [...(triggers.get(key) ?? []), trigger]);
    }
  }
  return triggers;
}

/** Definitions of versions, which never change. */
export class WorkflowVersions {
  readonly #definitions = new Map<string, Definition>();

  async get(db: Queryable, workspaceId: string, workflowId: string, version: number): Promise<Definition> {
    const key = `${workspaceId} ${workflowId} ${version}`;
    const known = this.#definitions.get(key);
    if (known !== undefined) return known;
    const row = await db
      .selectFrom('workflow_version')
      .select('definition')
      .where('workspace_id', '=', workspaceId)
      .where('workflow_id', '=', workflowId)
      .where('version', '=', version)
      .executeTakeFirstOrThrow();
    const definition = storedDefinition(row.definition);
    if (this.#definitions.size >= 1_000) this.#definitions.clear();
    this.#definitions.set(key, definition);
    return definition;
  }
}

/** A stored definition in its present form. It was checked when it was saved: one that does not parse is a bug. */
export function storedDefinition(stored: unknown): Definition {
  const outcome = parseDefinition(upgradeDefinition(stored));
  if (outcome.kind === 'parsed') return outcome.definition;
  throw new Error(
    `a stored definition does not parse: ${outcome.issues.map(({ message }) => message).join('; ')}`,
  );
}
