import { bindNode, nodeById, startRun, startRunAt } from '@laurel/workflow';
import type { ArrivalContext, RunChange } from '@laurel/workflow';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { WorkflowVersion, WorkflowVersions } from '../workflows/index.ts';
import { loadKeptSteps } from './keep-steps.ts';
import type { KeptStep } from './keep-steps.ts';
import { loadOriginals } from './load-originals.ts';
import type { Original } from './load-originals.ts';
import type { RecordedChange } from './recorded-change.ts';

/** How runs are done again. */
export interface ReplayManner {
  /** The node that they enter directly; undefined: from the start. */
  readonly fromNode: string | undefined;
  /** `newest`: that which new runs take now. */
  readonly version: 'same' | 'newest';
}

export type PlannedReplay =
  | { readonly kind: 'start'; readonly change: RecordedChange; readonly kept: readonly KeptStep[] }
  | { readonly kind: 'refused'; readonly runId: string; readonly reason: string };

/** What becomes of each of these runs: a new one, or the reason why it cannot be done again. */
export async function planReplays(
  tx: Tx,
  versions: WorkflowVersions,
  workspaceId: string,
  runIds: readonly string[],
  manner: ReplayManner,
  at: Date,
): Promise<PlannedReplay[]> {
  const { fromNode } = manner;
  const originals = await loadOriginals(tx, workspaceId, runIds);
  const kept =
    fromNode === undefined
      ? new Map<string, KeptStep[]>()
      : await loadKeptSteps(tx, workspaceId, runIds, fromNode);
  const planned: PlannedReplay[] = [];
  for (const original of originals) {
    const steps = kept.get(original.runId) ?? [];
    const reason = whyNot(original, steps);
    const version = manner.version === 'same' ? original.version : original.activeVersion;
    if (reason !== undefined || version === undefined || original.event === 'gone') {
      planned.push({
        kind: 'refused',
        runId: original.runId,
        reason: reason ?? 'no version of the workflow was ever published',
      });
      continue;
    }
    const workflow = await versions.get(tx, workspaceId, original.workflowId, version);
    const { profileId, event, triggerNodeId } = original;
    const context = { profileId, now: at, timeZone: workflow.timeZone };
    const first = await versions.get(tx, workspaceId, original.workflowId, original.version);
    const change = changeOf(workflow, fromNode, original, first, context);
    if ('reason' in change) {
      planned.push({ kind: 'refused', runId: original.runId, reason: change.reason });
      continue;
    }
    planned.push({
      kind: 'start',
      kept: steps,
      change: {
        workspaceId,
        profileId,
        runId: newId(),
        workflow,
        at,
        change,
        deadlineAt: new Date(at.getTime() + workflow.pathCapMs),
        triggerNodeId,
        events: new Map(event === undefined ? [] : [[triggerNodeId, event]]),
        cause: { kind: 'start', replayOf: original.runId, test: original.test },
      },
    });
  }
  return planned;
}

/** The first move, or why there is none. `first` is the version that the run had. */
function changeOf(
  { definition, version, name }: WorkflowVersion,
  fromNode: string | undefined,
  original: Original,
  first: WorkflowVersion,
  context: ArrivalContext,
): RunChange | { readonly reason: string } {
  const node = nodeById(definition, fromNode ?? original.triggerNodeId);
  if (node === undefined)
    return { reason: `version ${version} of "${name}" has no node ${fromNode ?? original.triggerNodeId}` };
  const bound = bindNode(node);
  const { role } = bound;
  if (fromNode !== undefined)
    return role === 'trigger'
      ? { reason: `"${node.title}" is a trigger: do the run again from the start` }
      : startRunAt(definition, node.id, context);
  if (role !== 'trigger') return { reason: `"${node.title}" is no trigger in version ${version}` };
  if (node.type !== 'audience' || node.settings.split === undefined)
    return startRun(definition, node.id, context);
  // Which of the segments of an audience the profile came from shows in where it went.
  const taken = Object.entries(nodeById(first.definition, node.id)?.outputs ?? {}).find(
    ([, target]) => target === original.secondNodeId,
  )?.[0];
  return taken !== undefined && bound.outputs().includes(taken)
    ? startRun(definition, node.id, context, taken)
    : { reason: `which output of "${node.title}" it left by is not known` };
}

function whyNot(original: Original, kept: readonly KeptStep[]): string | undefined {
  if (original.state === 'running') return 'it is still running';
  // One that is finished has only nothing more that starts it by itself.
  if (!['active', 'paused', 'finished'].includes(original.status))
    return `its workflow is ${original.status === 'draft' ? 'a draft' : original.status}`;
  if (!original.profileExists) return 'its profile does not exist any more';
  if (original.event === 'gone') return 'the event that started it is no longer kept';
  if (kept.some(({ eventGone }) => eventGone)) return 'an event that it waited for is no longer kept';
  return undefined;
}
