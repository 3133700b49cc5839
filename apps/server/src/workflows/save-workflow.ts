import { bindNode, parseDefinition, validateDefinition } from '@laurel/workflow';
import type { Definition, Issue } from '@laurel/workflow';

import { KnownDefinitions } from '../events/index.ts';
import type { Queryable, Tx } from '../platform/db/database.ts';
import { loadCheckEnvironment } from './check-environment.ts';
import type { Conflict } from './lifecycle.ts';
import { publishConflict, publishVersion } from './publish-workflow.ts';
import { findWorkflow, lockWorkflows } from './workflow-store.ts';
import type { Workflow } from './workflow-store.ts';
import { writeDraft } from './write-draft.ts';

export interface SaveWorkflow {
  readonly workspaceId: string;
  /** The workflow to change; undefined makes one. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly definition: unknown;
  /**
   * Save & Run: it is published too, and the runs inside finish on their versions. Refused while there are errors.
   * Without it, errors are listed and the draft is kept.
   */
  readonly run: boolean;
}

export type SaveOutcome =
  | {
      readonly kind: 'created' | 'updated' | 'unchanged';
      readonly workflow: Workflow;
      readonly issues: readonly Issue[];
    }
  | { readonly kind: 'refused'; readonly issues: readonly Issue[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'name-taken' }
  /** Only of Save & Run. */
  | Conflict;

/** Save, or Save & Run. */
export async function saveWorkflow(tx: Tx, now: Date, input: SaveWorkflow): Promise<SaveOutcome> {
  const parsed = parseDefinition(input.definition);
  if (parsed.kind === 'refused') return { kind: 'refused', issues: parsed.issues };
  const { definition } = parsed;
  const issues = validateDefinition(definition, await loadCheckEnvironment(tx, input.workspaceId));
  if (input.run && issues.some(({ severity }) => severity === 'error')) return { kind: 'refused', issues };
  await lockWorkflows(tx);
  const { workspaceId, id, name } = input;
  const before = id === undefined ? undefined : await findWorkflow(tx, workspaceId, { id });
  if (input.run && before !== undefined) {
    const conflict = await publishConflict(tx, { workspaceId, workflowId: before.id }, before);
    if (conflict !== undefined) return conflict;
  }
  const written = await writeDraft(tx, now, { workspaceId, id, name, definition });
  if (written.kind === 'missing' || written.kind === 'name-taken') return written;
  await defineGeneratedEvents(tx, workspaceId, definition);
  if (!input.run || runsAlready(written.workflow)) return { ...written, issues };
  const { workflow } = await publishVersion(tx, now, written.workflow, {
    workspaceId,
    workflowId: written.workflow.id,
    version: written.workflow.newestVersion,
    note: '',
    runsInside: 'finish',
  });
  return { kind: written.kind === 'created' ? 'created' : 'updated', workflow, issues };
}

/** A pause is kept: `laurel apply` of what is there already changes nothing about it. */
function runsAlready({ status, activeVersion, newestVersion }: Workflow): boolean {
  const runs = status === 'active' || status === 'paused' || status === 'pending';
  return runs && activeVersion === newestVersion;
}

/** Every issue of a definition that is not saved. */
export async function checkDefinition(
  db: Queryable,
  workspaceId: string,
  definition: unknown,
): Promise<readonly Issue[]> {
  const parsed = parseDefinition(definition);
  if (parsed.kind === 'refused') return parsed.issues;
  return validateDefinition(parsed.definition, await loadCheckEnvironment(db, workspaceId));
}

/** The events that the nodes generate can be used at once, as triggers of further workflows for instance. */
async function defineGeneratedEvents(tx: Tx, workspaceId: string, definition: Definition): Promise<void> {
  const generated = definition.nodes.flatMap((node) =>
    bindNode(node)
      .generates()
      .map((event) => ({ workspaceId, ...event })),
  );
  await new KnownDefinitions().ensure(tx, generated, 'workflow');
}
