import type { testStepSchema } from '@laurel/contract';
import type { z } from 'zod';

import type { Delivery } from '../integrations/index.ts';
import type { Database } from '../platform/db/database.ts';
import { assembleRequest } from './executors/assemble-request.ts';
import { delayOf } from './executors/delay.ts';
import { mapResponse } from './executors/map-response.ts';
import { filterProfiles } from './executors/profile-filter.ts';
import { optionsOf } from './executors/send-requests.ts';
import type { Customers } from './load-customers.ts';
import type { LoadedStep, StepAt } from './loaded-step.ts';
import { renderStepsFor } from './render-steps.ts';
import type { FetchData } from './render-steps.ts';

export type TestStep = z.input<typeof testStepSchema>;

/** What would become of an action: what is shown of it, and what later nodes could read. */
export type Rehearsed = Pick<
  TestStep,
  'outcome' | 'reason' | 'place' | 'output' | 'dueAt' | 'request' | 'event' | 'fields'
> & { readonly mapped?: Readonly<Record<string, unknown>> | undefined };

export interface RehearsalTools {
  readonly delivery: Delivery;
  readonly fetchData: FetchData;
  readonly db: Database;
  /** The profile. */
  readonly customers: Customers;
  /** Whether it is only imagined: then the database knows nothing of it. */
  readonly isImagined: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Says what the execution of a step would do, and does nothing of it. `response`: the answer that is assumed. */
export async function rehearseStep(
  tools: RehearsalTools,
  step: LoadedStep,
  now: Date,
  response: unknown,
): Promise<Rehearsed> {
  const { node } = step;
  if (node.type === 'delay') return rehearseDelay(tools, { ...step, node }, now);
  if (node.type === 'profile-filter') return await rehearseFilter(tools, { ...step, node }, now);
  const [rendered] = await renderStepsFor(tools.customers, tools.fetchData, [step], now);
  if (rendered === undefined) throw new Error(`the step at ${node.id} was not rendered`);
  if (rendered.kind === 'unprocessed') {
    const { outcome, reason, place } = rendered.result;
    return { outcome: outcome === 'skipped' ? 'skips' : 'fails', reason, ...(place && { place }) };
  }
  const { texts } = rendered;
  switch (node.type) {
    case 'outgoing-integration':
      return await rehearseRequest(tools, { ...step, node }, texts, response);
    case 'generate-event':
      return rehearseEvent(node.settings.event.name, texts);
    default:
      return { outcome: 'acts', fields: Object.fromEntries(texts) };
  }
}

function rehearseDelay({ customers }: RehearsalTools, step: StepAt<'delay'>, now: Date): Rehearsed {
  const { settings } = step.node;
  if (settings.mode !== 'attribute') return { outcome: 'acts' };
  const { timeZone } = step.run.workflow;
  const delay = delayOf(settings, customers.get(step.job.data.profileId), { now, timeZone });
  switch (delay.kind) {
    case 'until':
      return { outcome: 'waits', dueAt: delay.until.toISOString() };
    case 'pass':
      return { outcome: 'passes' };
    case 'skip':
      return { outcome: 'skips', reason: delay.reason };
  }
}

async function rehearseFilter(
  { db, isImagined }: RehearsalTools,
  step: StepAt<'profile-filter'>,
  now: Date,
): Promise<Rehearsed> {
  if (isImagined) {
    const reason =
      'which segments an imagined profile belongs to is not known: say in "assume" how it leaves';
    return { outcome: 'undecided', reason };
  }
  const { workspaceId, profileId } = step.job.data;
  const filtered = await filterProfiles(db, workspaceId, step.node.settings, [profileId], now);
  if (filtered.kind === 'missing') return { outcome: 'fails', reason: filtered.reason };
  return { outcome: 'acts', output: filtered.outputOf(profileId) };
}

async function rehearseRequest(
  { delivery }: RehearsalTools,
  step: StepAt<'outgoing-integration'>,
  texts: ReadonlyMap<string, string>,
  response: unknown,
): Promise<Rehearsed> {
  const { settings } = step.node;
  const assembled = assembleRequest(settings, texts);
  if (assembled.kind === 'broken') return { outcome: 'fails', reason: assembled.reason };
  // A definition that is not saved may name anything.
  const ids = UUID.test(settings.connection) ? [settings.connection] : [];
  const connection = (await delivery.open(step.job.data.workspaceId, ids)).get(settings.connection);
  if (connection === undefined) return { outcome: 'fails', reason: 'its connection does not exist' };
  const { request } = assembled;
  const { maskedUrl, maskedHeaders } = delivery.preview(connection, request, optionsOf(step));
  return {
    outcome: 'acts',
    request: {
      connection: connection.name,
      method: request.method,
      url: maskedUrl,
      headers: { ...maskedHeaders },
      ...(request.body !== undefined && { body: request.body }),
    },
    event: { action: settings.webhookEvent.name },
    mapped:
      response === undefined ? undefined : mapResponse(settings.responseMapping, JSON.stringify(response)),
  };
}

function rehearseEvent(action: string, texts: ReadonlyMap<string, string>): Rehearsed {
  // The engine has made sure that it is JSON.
  const params: unknown = JSON.parse(texts.get('params') ?? '{}');
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return { outcome: 'fails', reason: 'params: must be a JSON object' };
  return { outcome: 'acts', event: { action, params: { ...params } } };
}
