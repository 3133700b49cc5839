import type { DataAnswer, DataRequest } from '../data.ts';
import type { Needs } from '../needs.ts';
import type { RenderPass, Template } from '../template.ts';

/** What a value may hold that breaks careless JSON. */
export const hostileText = '"\\\n}],{{ x }}\u2028';

/** Renders a template with `text` for every value that it reads. */
export function renderSample(
  template: Template,
  text: string,
): Exclude<RenderPass, { kind: 'needs' }> | null {
  const needs = template.needs();
  const context = sampleContext(needs, text);
  const data = new Map<string, DataAnswer>();
  for (let round = 0; round < 8; round++) {
    const pass = template.render({ context, data, now: 1_700_000_000_000, seed: 'sample' });
    if (pass.kind !== 'needs') return pass;
    for (const request of pass.requests) data.set(request.key, sampleAnswer(request, needs, text));
  }
  return null;
}

function filled(names: readonly string[], text: string): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, text]));
}

function sampleContext(needs: Needs, text: string): Record<string, unknown> {
  const steps = needs.steps.map(
    ({ name, params }) => [name, { event: { params: filled(params.names, text) } }] as const,
  );
  return {
    ...filled(needs.variables, text),
    event: { action: text, createDate: 1_700_000_000_000, params: filled(needs.eventParams.names, text) },
    customer: filled(needs.attributes.names, text),
    automationPathSteps: Object.fromEntries(steps),
    currentStep: {},
    timestamp: 1_700_000_000_000,
  };
}

function sampleAnswer(request: DataRequest, needs: Needs, text: string): DataAnswer {
  const { key } = request;
  if (request.kind !== 'catalog-item') return { kind: 'found', key, value: text };
  const columns = needs.catalogs.find(({ name }) => name === request.catalog)?.columns.names ?? [];
  return { kind: 'found', key, value: filled(columns, text) };
}
