import { durationMs, parseDefinition, upgradeDefinition } from '@laurel/workflow';
import type { Definition, NodeOf } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';

/** A version of a workflow with what its runs need to know of its workspace. A version never changes. */
export interface WorkflowVersion {
  readonly workspaceId: string;
  readonly workflowId: string;
  readonly name: string;
  readonly version: number;
  readonly definition: Definition;
  /** The workspace's. */
  readonly timeZone: string;
  readonly pathCapMs: number;
}

/** A workflow that an event can start. */
export interface Trigger {
  readonly workflow: WorkflowVersion;
  readonly node: NodeOf<'profile-event'>;
}

/** What an event can start or go on with. */
export interface EventMatches {
  readonly triggers: readonly Trigger[];
  /** Whether a version has an Event Filter for it: runs may wait for it. */
  readonly awaited: boolean;
}

const NONE: EventMatches = { triggers: [], awaited: false };

const keyOf = (workspaceId: string, event: string): string => `${workspaceId} ${event}`;

/**
 * What events start, kept in memory. Each transaction that matches events reads the revision of the registry; when it
 * has moved, the triggers are loaded anew. So an event that is stored after an activation committed starts a run, on
 * every process.
 */
export class ActiveWorkflows {
  #loaded: { revision: number; matches: ReadonlyMap<string, EventMatches> } | undefined;

  /** What events match as the transaction sees it. */
  async matches(tx: Tx): Promise<(workspaceId: string, event: string) => EventMatches> {
    const { revision } = await tx
      .selectFrom('workflow_registry')
      .select('revision')
      .executeTakeFirstOrThrow();
    if (this.#loaded?.revision !== revision) this.#loaded = { revision, matches: await loadMatches(tx) };
    const { matches } = this.#loaded;
    return (workspaceId, event) => matches.get(keyOf(workspaceId, event)) ?? NONE;
  }
}

interface VersionRow {
  workspace_id: string;
  id: string;
  name: string;
  version: number;
  definition: unknown;
  time_zone: string;
}

function versionOf(row: VersionRow): WorkflowVersion {
  const definition = storedDefinition(row.definition);
  return {
    workspaceId: row.workspace_id,
    workflowId: row.id,
    name: row.name,
    version: row.version,
    definition,
    timeZone: row.time_zone,
    pathCapMs: durationMs(definition.settings.pathCap),
  };
}

const VERSION_COLUMNS = sql`w.workspace_id, w.id, w.name, v.version, v.definition, s.time_zone`;
const VERSION_JOIN = sql`workflow w
  join workflow_version v on v.workspace_id = w.workspace_id and v.workflow_id = w.id
  join workspace s on s.id = w.workspace_id`;

async function loadMatches(tx: Tx): Promise<Map<string, EventMatches>> {
  const { rows: active } = await sql<VersionRow>`
    select ${VERSION_COLUMNS} from ${VERSION_JOIN}
    where w.status = 'active' and v.version = w.active_version`.execute(tx);
  // Runs may wait on versions that new ones no longer take, and while their workflow is paused.
  const { rows: awaited } = await sql<{ workspace_id: string; event: string }>`
    select distinct v.workspace_id, n -> 'settings' ->> 'event' as event
    from workflow_version v cross join lateral jsonb_array_elements(v.definition -> 'nodes') n
    where n ->> 'type' = 'event-filter'`.execute(tx);
  const matches = new Map<string, { triggers: Trigger[]; awaited: boolean }>();
  const at = (workspaceId: string, event: string): { triggers: Trigger[]; awaited: boolean } => {
    const key = keyOf(workspaceId, event);
    const entry = matches.get(key) ?? { triggers: [], awaited: false };
    matches.set(key, entry);
    return entry;
  };
  for (const row of active) {
    const workflow = versionOf(row);
    for (const node of workflow.definition.nodes) {
      if (node.type === 'profile-event')
        at(row.workspace_id, node.settings.event).triggers.push({ workflow, node });
    }
  }
  for (const { workspace_id: workspaceId, event } of awaited) at(workspaceId, event).awaited = true;
  return matches;
}

/** Versions of workflows, which never change; their names and time zones are those of when they were first asked for. */
export class WorkflowVersions {
  readonly #versions = new Map<string, WorkflowVersion>();

  async get(
    db: Queryable,
    workspaceId: string,
    workflowId: string,
    version: number,
  ): Promise<WorkflowVersion> {
    const key = `${workspaceId} ${workflowId} ${version}`;
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    const { rows } = await sql<VersionRow>`
      select ${VERSION_COLUMNS} from ${VERSION_JOIN}
      where w.workspace_id = ${workspaceId} and w.id = ${workflowId} and v.version = ${version}`.execute(db);
    const [row] = rows;
    if (row === undefined) throw new Error(`workflow ${workflowId} has no version ${version}`);
    const loaded = versionOf(row);
    if (this.#versions.size >= 1_000) this.#versions.clear();
    this.#versions.set(key, loaded);
    return loaded;
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
