import { nodeById } from './definition.ts';
import type { Definition } from './definition.ts';
import { NEXT } from './node-type.ts';
import { bindNode } from './nodes/registry.ts';
import type { WorkflowNode } from './nodes/registry.ts';

/** How a step ended. */
export type StepOutcome = StepResult['outcome'];

/** What the host reports of a step that it executed. */
export type StepResult =
  | { readonly outcome: 'succeeded' | 'failed' }
  /** The node was not processed, for instance because an insert has no value: the path stops here. */
  | { readonly outcome: 'skipped'; readonly reason: string }
  /** The node could not be processed, for instance because its template failed: the path stops here. */
  | { readonly outcome: 'broken'; readonly reason: string };

/** One thing that happened to a step; in the order in which they happened. */
export type StepChange =
  /** Entered, for the host to execute. */
  | { readonly kind: 'entered'; readonly node: WorkflowNode }
  /** Entered and left within this change. */
  | { readonly kind: 'passed'; readonly node: WorkflowNode }
  /** Entered before, and settled now. */
  | { readonly kind: 'settled'; readonly node: WorkflowNode; readonly result: StepResult };

/** What becomes of the run. */
export type RunFate =
  | { readonly state: 'running' }
  | { readonly state: 'finished' }
  | { readonly state: 'skipped' | 'failed'; readonly reason: string };

/** All that one move of the interpreter does. The host writes it in one transaction. */
export interface RunChange {
  readonly steps: readonly StepChange[];
  readonly fate: RunFate;
}

/** Starts a run at a trigger and goes as far as it can without the host. */
export function startRun(definition: Definition, triggerId: string): RunChange {
  return advance(definition, triggerId, []);
}

/** Takes the result of a step that the host executed, and goes on from there. */
export function settleStep(definition: Definition, nodeId: string, result: StepResult): RunChange {
  const node = existing(definition, nodeId);
  const settled: StepChange = { kind: 'settled', node, result };
  switch (result.outcome) {
    case 'succeeded':
    case 'failed':
      return follow(definition, node, NEXT, [settled]);
    case 'skipped':
      return { steps: [settled], fate: { state: 'skipped', reason: result.reason } };
    case 'broken':
      return { steps: [settled], fate: { state: 'failed', reason: result.reason } };
  }
}

function advance(definition: Definition, nodeId: string, before: readonly StepChange[]): RunChange {
  const node = existing(definition, nodeId);
  const arrival = bindNode(node).arrive();
  switch (arrival.kind) {
    case 'act':
      return { steps: [...before, { kind: 'entered', node }], fate: { state: 'running' } };
    case 'pass':
      return follow(definition, node, arrival.output, [...before, { kind: 'passed', node }]);
    case 'end':
      return { steps: [...before, { kind: 'passed', node }], fate: { state: 'finished' } };
  }
}

function follow(
  definition: Definition,
  node: WorkflowNode,
  output: string,
  steps: readonly StepChange[],
): RunChange {
  const target = node.outputs[output];
  if (target === undefined) throw new Error(`node ${node.id} has no connection at its output ${output}`);
  return advance(definition, target, steps);
}

/** A run only meets definitions that were valid when they were activated, so a missing node is a bug. */
function existing(definition: Definition, nodeId: string): WorkflowNode {
  const node = nodeById(definition, nodeId);
  if (node === undefined) throw new Error(`the definition has no node ${nodeId}`);
  return node;
}
