import { bindNode, parseDefinition, validateDefinition } from '@laurel/workflow';
import type { Definition, Issue } from '@laurel/workflow';

import { KnownDefinitions } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { loadCheckEnvironment } from './check-environment.ts';
import { writeWorkflow } from './workflow-store.ts';
import type { Workflow } from './workflow-store.ts';

export interface SaveWorkflow {
  readonly workspaceId: string;
  /** The workflow to change; undefined makes one. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly definition: unknown;
  /** Save & Run: refused while there are errors. Without it, errors are listed and the draft is kept. */
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
  | { readonly kind: 'name-taken' };

/** Save, or Save & Run. */
export async function saveWorkflow(tx: Tx, now: Date, input: SaveWorkflow): Promise<SaveOutcome> {
  const parsed = parseDefinition(input.definition);
  if (parsed.kind === 'refused') return { kind: 'refused', issues: parsed.issues };
  const { definition } = parsed;
  const issues = validateDefinition(definition, await loadCheckEnvironment(tx, input.workspaceId));
  if (input.run && issues.some(({ severity }) => severity === 'error')) return { kind: 'refused', issues };
  const written = await writeWorkflow(tx, now, {
    workspaceId: input.workspaceId,
    id: input.id,
    name: input.name,
    definition,
    activate: input.run,
  });
  if (written.kind === 'missing' || written.kind === 'name-taken') return written;
  await defineGeneratedEvents(tx, input.workspaceId, definition);
  return { ...written, issues };
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
