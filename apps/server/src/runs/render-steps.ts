import type { DataAnswers, DataRequest, RenderInput, Template } from '@laurel/inserts';
import { bindNode } from '@laurel/workflow';
import type { WorkflowNode } from '@laurel/workflow';

import type { Database } from '../platform/db/database.ts';
import { engine } from '../workflows/index.ts';
import { loadCustomers } from './load-customers.ts';
import type { Customers } from './load-customers.ts';
import { currentEvent } from './loaded-step.ts';
import type { LoadedRun, LoadedStep, RunEvent } from './loaded-step.ts';

export type RenderedStep<Step extends LoadedStep = LoadedStep> =
  | {
      readonly kind: 'rendered';
      readonly step: Step;
      /** The texts of the node's template fields, by their paths, such as `headers[1].value`. */
      readonly texts: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'unprocessed'; readonly step: Step; readonly result: Unprocessed };

/** Why a node cannot be processed: an insert has no value (the language's rule is to skip), or its template fails. */
export interface Unprocessed {
  readonly outcome: 'skipped' | 'broken';
  readonly reason: string;
  /** Where in a template; undefined where it is no matter of one. */
  readonly place?: { readonly field: string; readonly line: number; readonly column: number };
}

/** Fetches what templates need, of many steps in one go. Answers by the keys of their requests. */
export type FetchData = (workspaceId: string, requests: readonly DataRequest[]) => Promise<DataAnswers>;

/** A template that needs data from data is rendered again at most this often. */
const MAX_ROUNDS = 8;

/**
 * Renders the template fields of many steps. Rendering is synchronous; what the templates need is collected over all
 * steps and fetched in one batch a round, so the look-ups of 200 steps cost one query.
 */
export async function renderSteps<Step extends LoadedStep>(
  db: Database,
  fetchData: FetchData,
  steps: readonly Step[],
  now: Date,
): Promise<RenderedStep<Step>[]> {
  const customers = await loadCustomers(
    db,
    steps.map(({ job }) => job.data),
  );
  return await renderStepsFor(customers, fetchData, steps, now);
}

/** Renders for profiles that are known already, or only imagined. */
export async function renderStepsFor<Step extends LoadedStep>(
  customers: Customers,
  fetchData: FetchData,
  steps: readonly Step[],
  now: Date,
): Promise<RenderedStep<Step>[]> {
  const done: RenderedStep<Step>[] = [];
  for (const [workspaceId, group] of Map.groupBy(steps, ({ job }) => job.data.workspaceId)) {
    let waiting = group.map((step) => ({
      step,
      input: inputOf(step, customers.get(step.job.data.profileId), now),
    }));
    let data: DataAnswers = new Map();
    for (let round = 0; waiting.length > 0; round++) {
      const needed = new Map<string, DataRequest>();
      waiting = waiting.filter(({ step, input }) => {
        const outcome =
          input === undefined ? gone(step) : renderStep(step, { ...input, data }, round < MAX_ROUNDS);
        if (outcome.kind !== 'needs') {
          done.push(outcome);
          return false;
        }
        for (const request of outcome.requests) needed.set(request.key, request);
        return true;
      });
      if (needed.size > 0) data = new Map([...data, ...(await fetchData(workspaceId, [...needed.values()]))]);
    }
  }
  return done;
}

function gone<Step extends LoadedStep>(step: Step): RenderedStep<Step> {
  return {
    kind: 'unprocessed',
    step,
    result: { outcome: 'skipped', reason: 'the profile does not exist any more' },
  };
}

interface CompiledNode {
  readonly fields: readonly { readonly field: string; readonly template: Template }[];
  /** Why it does not compile; undefined where it does. */
  readonly broken: Required<Pick<Unprocessed, 'reason' | 'place'>> | undefined;
}

const compiled = new WeakMap<WorkflowNode, CompiledNode>();

function compileNode(node: WorkflowNode): CompiledNode {
  const known = compiled.get(node);
  if (known !== undefined) return known;
  const fields: { field: string; template: Template }[] = [];
  let broken: CompiledNode['broken'];
  for (const { field, source, output } of bindNode(node).templates()) {
    const compilation = engine.compile(source, { output });
    if (compilation.kind === 'compiled') fields.push({ field, template: compilation.template });
    else {
      const [first] = compilation.diagnostics;
      broken ??= {
        reason: `${field} does not compile: ${first?.message ?? 'unknown fault'}`,
        place: { field, line: first?.line ?? 1, column: first?.column ?? 1 },
      };
    }
  }
  const result = { fields, broken };
  compiled.set(node, result);
  return result;
}

function renderStep<Step extends LoadedStep>(
  step: Step,
  input: RenderInput,
  mayFetch: boolean,
): RenderedStep<Step> | { readonly kind: 'needs'; readonly requests: readonly DataRequest[] } {
  const unprocessed = (
    outcome: Unprocessed['outcome'],
    reason: string,
    place?: Unprocessed['place'],
  ): RenderedStep<Step> => ({
    kind: 'unprocessed',
    step,
    result: { outcome, reason, ...(place && { place }) },
  });
  const { fields, broken } = compileNode(step.node);
  if (broken !== undefined) return unprocessed('broken', broken.reason, broken.place);
  const texts = new Map<string, string>();
  const requests: DataRequest[] = [];
  for (const { field, template } of fields) {
    const pass = template.render(input);
    switch (pass.kind) {
      case 'rendered':
        texts.set(field, pass.text);
        break;
      case 'needs':
        requests.push(...pass.requests);
        break;
      case 'skipped': {
        const { message, line, column } = pass.reason;
        return unprocessed('skipped', `${field}: ${message}`, { field, line, column });
      }
      case 'failed': {
        const { message, line, column } = pass.error;
        const place = { field, line, column };
        return unprocessed('broken', `${field}: ${message} (line ${line}, column ${column})`, place);
      }
    }
  }
  if (requests.length === 0) return { kind: 'rendered', step, texts };
  if (mayFetch) return { kind: 'needs', requests };
  return unprocessed('broken', `its data is nested more than ${MAX_ROUNDS} look-ups deep`);
}

/** What inserts see. Missing parts are empty, as the language has it; undefined where the profile is gone. */
function inputOf(
  { job, run, node }: LoadedStep,
  customer: Readonly<Record<string, unknown>> | undefined,
  now: Date,
): RenderInput | undefined {
  if (customer === undefined) return undefined;
  const event = currentEvent(run);
  return {
    plainData: true,
    now: now.getTime(),
    seed: job.data.stepId,
    context: {
      ...(event !== undefined && { event: seen(event) }),
      customer,
      automationPathSteps: pathSteps(run),
      currentStep: {
        workflowId: run.workflow.workflowId,
        workflowName: run.workflow.name,
        runId: job.data.runId,
        stepId: job.data.stepId,
        nodeId: node.id,
        title: node.title,
      },
      timestamp: now.getTime(),
    },
  };
}

/** What earlier nodes brought, by their titles: the event of a trigger or an Event Filter, the parts of an answer. */
function pathSteps({ workflow, events, mapped }: LoadedRun): Record<string, unknown> {
  const titles = new Map(workflow.definition.nodes.map(({ id, title }) => [id, title]));
  const steps: [string, object][] = [
    ...Array.from(events, ([nodeId, event]): [string, object] => [nodeId, { event: seen(event) }]),
    ...Array.from(mapped, ([nodeId, response]): [string, object] => [nodeId, { response }]),
  ];
  return Object.fromEntries(steps.map(([nodeId, brought]) => [titles.get(nodeId) ?? nodeId, brought]));
}

function seen({ action, time, params }: RunEvent): Record<string, unknown> {
  return { action, createDate: time.getTime(), params };
}
