import type { DataAnswers, DataRequest, RenderInput, RenderPass, Template } from '@laurel/inserts';
import { bodyOutput } from '@laurel/workflow';
import type { OutgoingIntegrationSettings, TemplateOutput } from '@laurel/workflow';

import type { OutgoingRequest } from '../integrations/index.ts';
import { engine } from '../workflows/index.ts';
import type { LoadedStep } from './load-steps.ts';

export type RenderedStep =
  | { readonly kind: 'rendered'; readonly request: OutgoingRequest }
  /** An insert has no value, and the rule of the language is that the node is then not processed. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** Fetches what templates need, of many steps in one go. Answers by the keys of their requests. */
export type FetchData = (workspaceId: string, requests: readonly DataRequest[]) => Promise<DataAnswers>;

/** A template that needs data from data is rendered again at most this often. */
const MAX_ROUNDS = 8;

/**
 * Renders the requests of many steps. Rendering is synchronous; what the templates need is collected over all steps
 * and fetched in one batch a round, so the look-ups of 200 steps cost one query.
 */
export async function renderRequests(
  steps: readonly LoadedStep[],
  now: number,
  fetchData: FetchData,
): Promise<Map<LoadedStep, RenderedStep>> {
  const done = new Map<LoadedStep, RenderedStep>();
  for (const [workspaceId, group] of Map.groupBy(steps, ({ job }) => job.data.workspaceId)) {
    let waiting = group;
    let data: DataAnswers = new Map();
    for (let round = 0; waiting.length > 0; round++) {
      const needed = new Map<string, DataRequest>();
      waiting = waiting.filter((step) => {
        const outcome = renderStep(step, now, data);
        if ('requests' in outcome && round < MAX_ROUNDS) {
          for (const request of outcome.requests) needed.set(request.key, request);
          return true;
        }
        done.set(
          step,
          'requests' in outcome
            ? { kind: 'broken', reason: `its data is nested more than ${MAX_ROUNDS} look-ups deep` }
            : outcome,
        );
        return false;
      });
      if (needed.size > 0) data = new Map([...data, ...(await fetchData(workspaceId, [...needed.values()]))]);
    }
  }
  return done;
}

interface CompiledRequest {
  readonly fields: readonly { readonly name: string; readonly template: Template }[];
}

const compiled = new WeakMap<OutgoingIntegrationSettings, CompiledRequest | { readonly broken: string }>();

function compileRequest(
  settings: OutgoingIntegrationSettings,
): CompiledRequest | { readonly broken: string } {
  const known = compiled.get(settings);
  if (known !== undefined) return known;
  const sources: [string, string, TemplateOutput][] = [
    ['url', settings.url, 'url'],
    ...settings.headers.map(({ name, value }): [string, string, TemplateOutput] => [
      `header ${name}`,
      value,
      'header',
    ]),
    ...(settings.body === undefined
      ? []
      : [['body', settings.body, bodyOutput(settings)] as [string, string, TemplateOutput]]),
  ];
  const fields: { name: string; template: Template }[] = [];
  let broken: string | undefined;
  for (const [name, source, output] of sources) {
    const compilation = engine.compile(source, { output });
    if (compilation.kind === 'compiled') fields.push({ name, template: compilation.template });
    else broken ??= `the ${name} does not compile: ${compilation.diagnostics[0]?.message ?? 'unknown fault'}`;
  }
  const result = broken === undefined ? { fields } : { broken };
  compiled.set(settings, result);
  return result;
}

function renderStep(
  step: LoadedStep,
  now: number,
  data: DataAnswers,
): RenderedStep | { readonly requests: readonly DataRequest[] } {
  const { settings } = step.node;
  const request = compileRequest(settings);
  if ('broken' in request) return { kind: 'broken', reason: request.broken };
  const input: RenderInput = {
    context: contextOf(step, now),
    plainData: true,
    data,
    now,
    seed: step.job.data.stepId,
  };
  const texts: string[] = [];
  const requests: DataRequest[] = [];
  for (const { name, template } of request.fields) {
    const pass: RenderPass = template.render(input);
    switch (pass.kind) {
      case 'rendered':
        texts.push(pass.text);
        break;
      case 'needs':
        requests.push(...pass.requests);
        break;
      case 'skipped':
        return { kind: 'skipped', reason: `${name}: ${pass.reason.message}` };
      case 'failed':
        return {
          kind: 'broken',
          reason: `${name}: ${pass.error.message} (line ${pass.error.line}, column ${pass.error.column})`,
        };
    }
  }
  if (requests.length > 0) return { requests };
  return assemble(settings, texts);
}

function assemble(settings: OutgoingIntegrationSettings, texts: readonly string[]): RenderedStep {
  const [url = '', ...rest] = texts;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return { kind: 'broken', reason: `url: "${url}" is not an http(s) URL` };
  }
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [index, { name }] of settings.headers.entries())
    headers[name.toLowerCase()] = (rest[index] ?? '').trim();
  const body = settings.body === undefined ? undefined : rest.at(-1);
  if (body !== undefined)
    headers['content-type'] ??=
      bodyOutput(settings) === 'json' ? 'application/json' : 'text/plain; charset=utf-8';
  return { kind: 'rendered', request: { method: settings.method, url, headers, body } };
}

/** What inserts see. Missing parts are empty, as the language has it. */
function contextOf(step: LoadedStep, now: number): Record<string, unknown> {
  const { event, customer, definition, node } = step;
  const seen = { action: event.action, createDate: event.time.getTime(), params: event.params };
  const trigger = definition.nodes.find(({ type }) => type === 'profile-event');
  return {
    event: seen,
    customer,
    automationPathSteps: trigger === undefined ? {} : { [trigger.title]: { event: seen } },
    currentStep: {
      workflowId: step.workflowId,
      runId: step.job.data.runId,
      stepId: step.job.data.stepId,
      nodeId: node.id,
      title: node.title,
    },
    timestamp: now,
  };
}
