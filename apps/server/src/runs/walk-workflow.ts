import type { testReportSchema } from '@laurel/contract';
import {
  bindNode,
  describeLimit,
  describeWhere,
  failedConditions,
  limitOf,
  nodeById,
} from '@laurel/workflow';
import type { AwaitedEvent, WorkflowNode } from '@laurel/workflow';
import type { z } from 'zod';

import { newId } from '../platform/ids.ts';
import type { WorkflowVersion } from '../workflows/index.ts';
import type { LoadedStep, RunEvent } from './loaded-step.ts';
import { rehearseStep } from './rehearse-step.ts';
import type { RehearsalTools, Rehearsed, TestStep } from './rehearse-step.ts';

export type TestResult = z.input<typeof testReportSchema>['result'];

/** What is taken to happen at a node. */
export interface Assumption {
  readonly output?: string | undefined;
  /** The parameters of the event that it waits for. */
  readonly event?: Readonly<Record<string, unknown>> | undefined;
  readonly response?: unknown;
}

export interface WalkInput {
  readonly workflow: WorkflowVersion;
  readonly triggerNodeId: string;
  readonly event: RunEvent;
  readonly profileId: string;
  readonly now: Date;
  readonly assume: ReadonlyMap<string, Assumption>;
}

export interface Walk {
  readonly steps: readonly TestStep[];
  readonly result: TestResult;
}

/**
 * Goes through a workflow as a run would, on a clock of its own, without sending or writing anything. A request is taken
 * to be carried out; what only the future can tell is taken from `assume`, or the walk ends there.
 */
export async function walkWorkflow(tools: RehearsalTools, input: WalkInput): Promise<Walk> {
  return await new Walker(tools, input).walk();
}

/** What becomes of the path at a node: it goes on by an output, or it is over. */
type Leaving =
  | { readonly kind: 'output'; readonly output: string }
  | { readonly kind: 'over'; readonly result: TestResult };

class Walker {
  readonly #tools: RehearsalTools;
  readonly #input: WalkInput;
  readonly #runId = newId();
  readonly #deadlineAt: Date;
  readonly #events: Map<string, RunEvent>;
  readonly #mapped = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #steps: TestStep[] = [];
  #now: Date;

  constructor(tools: RehearsalTools, input: WalkInput) {
    this.#tools = tools;
    this.#input = input;
    this.#now = input.now;
    this.#deadlineAt = new Date(input.now.getTime() + input.workflow.pathCapMs);
    this.#events = new Map([[input.triggerNodeId, input.event]]);
  }

  async walk(): Promise<Walk> {
    const { definition } = this.#input.workflow;
    const visited = new Set<string>();
    let node = nodeById(definition, this.#input.triggerNodeId);
    while (node !== undefined) {
      visited.add(node.id);
      const leaving = await this.#visit(node);
      if (leaving.kind === 'over') return { steps: this.#steps, result: leaving.result };
      const target = node.outputs[leaving.output];
      const next = target === undefined ? undefined : nodeById(definition, target);
      if (next === undefined)
        return this.#broken(`"${node.title}" leads nowhere by its output ${leaving.output}`);
      if (visited.has(next.id)) return this.#broken(`the path leads back to "${next.title}"`);
      node = next;
    }
    return this.#broken('there is no such trigger');
  }

  #broken(reason: string): Walk {
    return { steps: this.#steps, result: { state: 'failed', reason } };
  }

  async #visit(node: WorkflowNode): Promise<Leaving> {
    const bound = bindNode(node);
    const { profileId, workflow } = this.#input;
    const assumed = this.#input.assume.get(node.id) ?? {};
    const arrival = bound.arrive({ profileId, now: this.#now, timeZone: workflow.timeZone });
    switch (arrival.kind) {
      case 'pass': {
        const chosen = assumed.output;
        const output = chosen !== undefined && bound.outputs().includes(chosen) ? chosen : arrival.output;
        this.#show(node, { outcome: 'passes' }, output);
        return { kind: 'output', output };
      }
      case 'end':
        this.#show(node, { outcome: 'ends' });
        return { kind: 'over', result: { state: 'finished' } };
      case 'wait':
        return arrival.event === undefined
          ? this.#waitUntil(node, arrival.until)
          : this.#awaitEvent(node, arrival.event, arrival.until, bound.outputs());
      case 'act':
        return await this.#act(node, assumed);
    }
  }

  #waitUntil(node: WorkflowNode, until: Date | undefined): Leaving {
    const [output = 'next'] = bindNode(node).outputs();
    if (until === undefined || until > this.#deadlineAt) return this.#tooLong(node);
    this.#show(node, { outcome: 'waits', dueAt: until.toISOString() }, output);
    this.#now = until;
    return { kind: 'output', output };
  }

  #tooLong(node: WorkflowNode): Leaving {
    const reason = 'the path would last longer than its cap';
    this.#show(node, { outcome: 'waits', dueAt: this.#deadlineAt.toISOString(), reason });
    return { kind: 'over', result: { state: 'failed', reason } };
  }

  #awaitEvent(
    node: WorkflowNode,
    awaited: AwaitedEvent,
    until: Date | undefined,
    outputs: readonly string[],
  ): Leaving {
    const { output, event } = this.#input.assume.get(node.id) ?? {};
    const dueAt = until === undefined ? {} : { dueAt: until.toISOString() };
    if (output === undefined || !outputs.includes(output)) {
      const reason = `it waits for ${awaited.name}: say in "assume" how it leaves`;
      this.#show(node, { outcome: 'undecided', ...dueAt, reason }, undefined, outputs);
      return { kind: 'over', result: { state: 'undecided', reason } };
    }
    if (output !== outputs[0]) return this.#leaveUnmatched(node, until, output);
    if (event !== undefined) {
      const facts = { params: event, time: this.#now };
      const [failed] = failedConditions(facts, awaited.where, this.#now);
      if (failed !== undefined) {
        const reason = `the event that is assumed does not satisfy: ${describeWhere(failed.condition)}`;
        this.#show(node, { outcome: 'undecided', ...dueAt, reason }, undefined, outputs);
        return { kind: 'over', result: { state: 'undecided', reason } };
      }
    }
    const received = { id: newId(), receivedAt: this.#now, action: awaited.name, time: this.#now };
    this.#events.set(node.id, { ...received, params: event ?? {} });
    this.#show(node, { outcome: 'waits', ...dueAt }, output);
    return { kind: 'output', output };
  }

  #leaveUnmatched(node: WorkflowNode, until: Date | undefined, output: string): Leaving {
    if (until === undefined || until > this.#deadlineAt) return this.#tooLong(node);
    this.#show(node, { outcome: 'waits', dueAt: until.toISOString() }, output);
    this.#now = until;
    return { kind: 'output', output };
  }

  async #act(node: WorkflowNode, assumed: Assumption): Promise<Leaving> {
    const outputs = bindNode(node).outputs();
    if (assumed.output !== undefined && outputs.length > 1 && outputs.includes(assumed.output)) {
      this.#show(node, { outcome: 'acts' }, assumed.output);
      return { kind: 'output', output: assumed.output };
    }
    const step = this.#stepAt(node);
    const { mapped, ...shown } = await rehearseStep(this.#tools, step, this.#now, assumed.response);
    const reason = shown.reason ?? 'it cannot be processed';
    switch (shown.outcome) {
      case 'skips':
        this.#show(node, shown);
        return { kind: 'over', result: { state: 'skipped', reason } };
      case 'fails':
        this.#show(node, shown);
        return { kind: 'over', result: { state: 'failed', reason } };
      case 'undecided':
        this.#show(node, shown, undefined, outputs);
        return { kind: 'over', result: { state: 'undecided', reason } };
      case 'waits':
        return this.#waitUntil(node, shown.dueAt === undefined ? undefined : new Date(shown.dueAt));
      case 'acts':
      case 'passes':
      case 'ends': {
        if (mapped !== undefined) this.#mapped.set(node.id, mapped);
        const output = shown.output ?? outputs[0] ?? 'next';
        this.#show(node, shown, output);
        return { kind: 'output', output };
      }
    }
  }

  /** As a worker would hold it. */
  #stepAt(node: WorkflowNode): LoadedStep {
    const { workflow, profileId, triggerNodeId } = this.#input;
    const { workspaceId } = workflow;
    return {
      job: { id: newId(), attempt: 0, data: { workspaceId, profileId, runId: this.#runId, stepId: newId() } },
      node,
      state: 'queued',
      enteredAt: this.#now,
      lastAttempt: undefined,
      run: {
        workflow,
        triggerNodeId,
        deadlineAt: this.#deadlineAt,
        stop: undefined,
        events: this.#events,
        mapped: this.#mapped,
      },
    };
  }

  #show(node: WorkflowNode, shown: Rehearsed, output?: string, outputs?: readonly string[]): void {
    const limit = limitOf(node);
    this.#steps.push({
      nodeId: node.id,
      nodeType: node.type,
      title: node.title,
      at: this.#now.toISOString(),
      ...shown,
      ...(output !== undefined && { output }),
      ...(outputs !== undefined && { outputs: [...outputs] }),
      ...(limit !== undefined && { limit: describeLimit(limit) }),
    });
  }
}
