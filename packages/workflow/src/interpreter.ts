import { nodeById } from './definition.ts';
import type { Definition } from './definition.ts';
import type { NodeLimit } from './node-limit.ts';
import { NEXT } from './node-type.ts';
import type { ArrivalContext, AwaitedEvent } from './node-type.ts';
import { bindNode } from './nodes/registry.ts';
import type { WorkflowNode } from './nodes/registry.ts';

/** How a step ended. */
export type StepOutcome = StepResult['outcome'];

/** What the host reports of a step that it executed, or that waited. */
export type StepResult =
  /**
   * `output`: by which output the path leaves. Default: the only one. `reason`: what people should know of how it came to
   * that, for instance that nothing was issued since there is a credential already.
   */
  | { readonly outcome: 'succeeded' | 'failed'; readonly output?: string; readonly reason?: string }
  /** The node was not processed, for instance because an insert has no value: the path stops here. */
  | { readonly outcome: 'skipped'; readonly reason: string }
  /** The node could not be processed, for instance because its template failed: the path stops here. */
  | { readonly outcome: 'broken'; readonly reason: string };

/** One thing that happened to a step; in the order in which they happened. */
export type StepChange =
  /** Entered, for the host to execute. */
  | { readonly kind: 'entered'; readonly node: WorkflowNode }
  /** Entered, to stay until a moment or an event, or until the path's cap where there is neither. */
  | {
      readonly kind: 'waiting';
      readonly node: WorkflowNode;
      readonly until: Date | undefined;
      readonly event: AwaitedEvent | undefined;
    }
  /** Entered and left within this change. */
  | { readonly kind: 'passed'; readonly node: WorkflowNode }
  /** Entered and skipped within this change: a limit holds the path back. */
  | { readonly kind: 'refused'; readonly node: WorkflowNode; readonly reason: string }
  /** Entered before, and settled now. */
  | { readonly kind: 'settled'; readonly node: WorkflowNode; readonly result: StepResult };

/** What becomes of the run. */
export type RunFate =
  | { readonly state: 'running' }
  /** `stopOthers`: the profile's other paths in the workflow are over too. */
  | { readonly state: 'finished'; readonly stopOthers: boolean }
  | { readonly state: 'skipped' | 'failed' | 'cancelled'; readonly reason: string };

/** All that one move of the interpreter does. The host writes it in one transaction. */
export interface RunChange {
  readonly steps: readonly StepChange[];
  readonly fate: RunFate;
}

/**
 * Starts a run at a trigger and goes as far as it can without the host. `output`: by which output of an audience that is
 * split.
 */
export function startRun(
  definition: Definition,
  triggerId: string,
  context: ArrivalContext,
  output?: string,
): RunChange {
  return advance(definition, triggerId, [], context, output);
}

/** Starts a run in the middle: it enters that node directly, and what would have come before is taken as done. */
export function startRunAt(definition: Definition, nodeId: string, context: ArrivalContext): RunChange {
  return advance(definition, nodeId, [], context);
}

/** A run that a limit of its trigger holds back: it is kept, with the reason, and goes nowhere. */
export function refuseRun(definition: Definition, triggerId: string, reason: string): RunChange {
  const node = existing(definition, triggerId);
  return { steps: [{ kind: 'refused', node, reason }], fate: { state: 'skipped', reason } };
}

/** The change in which a limit holds the path back at the node that it enters last. */
export function refuseEntered(change: RunChange, reason: string): RunChange {
  const last = change.steps.at(-1);
  if (last?.kind !== 'entered') throw new Error('the change enters no node that could be refused');
  const refused: StepChange = { kind: 'refused', node: last.node, reason };
  return { steps: [...change.steps.slice(0, -1), refused], fate: { state: 'skipped', reason } };
}

/** Takes the result of a step that the host executed or that waited, and goes on from there. */
export function settleStep(
  definition: Definition,
  nodeId: string,
  result: StepResult,
  context: ArrivalContext,
): RunChange {
  const node = existing(definition, nodeId);
  const settled: StepChange = { kind: 'settled', node, result };
  switch (result.outcome) {
    case 'succeeded':
    case 'failed':
      return follow(definition, node, result.output ?? NEXT, [settled], context);
    case 'skipped':
      return { steps: [settled], fate: { state: 'skipped', reason: result.reason } };
    case 'broken':
      return { steps: [settled], fate: { state: 'failed', reason: result.reason } };
  }
}

/** Ends a run at the step where it is. */
export function cancelRun(definition: Definition, nodeId: string, reason: string): RunChange {
  const node = existing(definition, nodeId);
  return {
    steps: [{ kind: 'settled', node, result: { outcome: 'skipped', reason } }],
    fate: { state: 'cancelled', reason },
  };
}

/** How often a profile may be at the node; undefined: without limit. */
export function limitOf(node: WorkflowNode): NodeLimit | undefined {
  if (node.type === 'profile-event' || node.type === 'audience') return node.settings.profileLimit;
  return 'limit' in node ? node.limit : undefined;
}

function advance(
  definition: Definition,
  nodeId: string,
  before: readonly StepChange[],
  context: ArrivalContext,
  output?: string,
): RunChange {
  const node = existing(definition, nodeId);
  const arrival = bindNode(node, output).arrive(context);
  switch (arrival.kind) {
    case 'act':
      return { steps: [...before, { kind: 'entered', node }], fate: { state: 'running' } };
    case 'wait': {
      const { until, event } = arrival;
      return { steps: [...before, { kind: 'waiting', node, until, event }], fate: { state: 'running' } };
    }
    case 'pass':
      return follow(definition, node, arrival.output, [...before, { kind: 'passed', node }], context);
    case 'end': {
      const stopOthers = arrival.stopOthers ?? hasOneEnd(definition);
      return { steps: [...before, { kind: 'passed', node }], fate: { state: 'finished', stopOthers } };
    }
  }
}

function follow(
  definition: Definition,
  node: WorkflowNode,
  output: string,
  steps: readonly StepChange[],
  context: ArrivalContext,
): RunChange {
  const target = node.outputs[output];
  if (target === undefined) throw new Error(`node ${node.id} has no connection at its output ${output}`);
  return advance(definition, target, steps, context);
}

function hasOneEnd(definition: Definition): boolean {
  return definition.nodes.filter(({ type }) => type === 'end').length === 1;
}

/** A run only meets definitions that were valid when they were activated, so a missing node is a bug. */
function existing(definition: Definition, nodeId: string): WorkflowNode {
  const node = nodeById(definition, nodeId);
  if (node === undefined) throw new Error(`the definition has no node ${nodeId}`);
  return node;
}
