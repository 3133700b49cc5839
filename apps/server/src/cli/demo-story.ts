import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { runSchema, statisticsSchema } from '@laurel/contract';
import { z } from 'zod';

import { ADMIN } from '../access/index.ts';
import type { Server } from '../server.ts';
import type { DemoKeys } from './demo-keys.ts';
import { HubClient, messageOf } from './hub-client.ts';
import type { Terminal } from './terminal.ts';

/** How long the credential may take; it takes a fraction of a second. */
const PATIENCE_MS = 30_000;
const RESULT_EVENT = 'accredible.userSent';

const sampleEvent = z.looseObject({ action: z.string(), client: z.object({ email: z.string() }) });
const loginAnswer = z.object({ token: z.string() });
const profile = z.object({ clientId: z.number() });
const resultEvents = z.array(
  z.object({
    params: z.looseObject({
      name: z.string(),
      status: z.number(),
      error: z.string().optional(),
      runId: z.string(),
      workflowId: z.string(),
      response: z.unknown(),
    }),
  }),
);
const issued = z.object({ credential: z.object({ url: z.string() }) });

/**
 * Sends the sample event through the public API, as an application would, and shows what becomes of it. False where no
 * credential came of it, after the reason was told.
 */
export async function tellStory(
  terminal: Terminal,
  server: Server,
  keys: DemoKeys,
  eventFile: string,
): Promise<boolean> {
  const event = sampleEvent.parse(JSON.parse(readFileSync(eventFile, 'utf8')));
  const client = await logIn(terminal, server.origin, keys.LAUREL_API_KEY);
  if (client === undefined) return false;

  terminal.line();
  terminal.line(`${terminal.strong('3')} Send the event, as an application would`);
  const before = await resultsOf(client, event.client.email);
  const sent = await client.post('/v4/events/custom', event);
  terminal.line(`  POST /v4/events/custom ${event.action} of ${event.client.email}`);
  if (sent.status !== 202) {
    terminal.error(`The event was not accepted (${sent.status}): ${messageOf(sent)}`);
    return false;
  }
  terminal.line(`  ${terminal.good('202')} accepted, and on disk`);
  if (before.length > 0)
    terminal.line(
      '  It was sent before: by its eventSalt and time it is the same event, and starts nothing new.',
    );

  const deadline = performance.now() + PATIENCE_MS;
  let result = before.at(-1);
  while (result === undefined && performance.now() < deadline) {
    await delay(50);
    result = (await resultsOf(client, event.client.email)).at(-1);
  }
  if (result === undefined) {
    terminal.error(
      `No event ${RESULT_EVENT} came within ${PATIENCE_MS / 1_000} s. The log of the server has the reason.`,
    );
    return false;
  }
  const { params } = result;
  await showRun(terminal, client, params.runId);
  terminal.line();
  terminal.line(`${terminal.strong('5')} The profile of ${event.client.email} has a new event`);
  const status = params.status === 200 ? terminal.good('200') : terminal.bad(String(params.status));
  terminal.line(
    `  ${RESULT_EVENT}  name: ${params.name}  status: ${status}${params.error === undefined ? '' : `  error: ${params.error}`}`,
  );
  await showStatistics(terminal, client, params.workflowId, params.runId);
  if (params.status !== 200) {
    terminal.error(`The issuer answered with status ${params.status}, so there is no credential.`);
    return false;
  }
  terminal.line();
  terminal.line(terminal.strong('Done'));
  terminal.line(`  credential  ${issued.parse(params.response).credential.url}`);
  terminal.line(`  console     ${server.publicUrl}/`);
  terminal.line(`  log in as   ${ADMIN}, ${await passwordText(server.origin, keys.LAUREL_ADMIN_PASSWORD)}`);
  return true;
}

/** The result events on the profile so far; none where nobody has this e-mail yet. */
async function resultsOf(client: HubClient, email: string): Promise<z.infer<typeof resultEvents>> {
  const found = await client.get(`/v4/clients/by-email/${encodeURIComponent(email)}`);
  if (found.status === 404) return [];
  const { clientId } = profile.parse(found.body);
  const answer = await client.get(`/v4/events/by-client/${clientId}?action=${RESULT_EVENT}&limit=1000`);
  return resultEvents.parse(answer.body);
}

async function logIn(terminal: Terminal, origin: string, apiKey: string): Promise<HubClient | undefined> {
  const answer = await new HubClient(origin).post('/uauth/v2/auth/login/profile', { apiKey });
  if (answer.status === 200) return new HubClient(origin, `Bearer ${loginAnswer.parse(answer.body).token}`);
  terminal.error(`The login was refused (${answer.status}): ${messageOf(answer)}`);
  return undefined;
}

/** The password of the demo holds only where the demo made the user: not in a folder that was served before. */
async function passwordText(origin: string, password: string): Promise<string> {
  const { status } = await new HubClient(origin).post('/api/session', { user: ADMIN, password });
  return status === 200 ? `password ${password}` : 'with the password that it was given before';
}

async function showRun(terminal: Terminal, client: HubClient, runId: string): Promise<void> {
  const run = runSchema.parse((await client.get(`/api/runs/${runId}`)).body);
  terminal.line();
  terminal.line(
    `${terminal.strong('4')} The workflow picked it up: run ${terminal.dim(run.id)} ${run.state}`,
  );
  for (const step of run.steps) {
    terminal.line(`  ${step.title}: ${step.state}${step.reason === undefined ? '' : ` (${step.reason})`}`);
    for (const attempt of step.attempts) {
      terminal.line(`    ${attempt.method} ${attempt.url}`);
      for (const line of (attempt.body ?? '').trimEnd().split('\n'))
        terminal.line(terminal.dim(`    ${line}`));
      const answered = attempt.status === undefined ? (attempt.error ?? 'no answer') : String(attempt.status);
      const took = attempt.durationMs === undefined ? '' : ` after ${Math.round(attempt.durationMs)} ms`;
      terminal.line(
        `    HTTP ${attempt.status === 200 ? terminal.good(answered) : terminal.bad(answered)}${took}`,
      );
    }
  }
}

async function showStatistics(
  terminal: Terminal,
  client: HubClient,
  workflowId: string,
  runId: string,
): Promise<void> {
  const { total } = statisticsSchema.parse(
    (await client.get(`/api/workflows/${workflowId}/statistics`)).body,
  );
  const { steps } = runSchema.parse((await client.get(`/api/runs/${runId}`)).body);
  const titles = new Map(steps.map(({ nodeId, title }) => [nodeId, title]));
  const width = Math.max(...titles.values().map(({ length }) => length), 0);
  terminal.line();
  terminal.line(`${terminal.strong('6')} The statistics of the workflow`);
  terminal.line(terminal.dim(`  ${'Node'.padEnd(width)}  Entered  Executed  Succeeded  Failed  Skipped`));
  for (const [nodeId, title] of titles) {
    const counts = total.find((row) => row.nodeId === nodeId);
    if (counts === undefined) continue;
    const cells = [
      String(counts.entered).padStart(7),
      String(counts.executed).padStart(8),
      String(counts.succeeded).padStart(9),
      String(counts.failed).padStart(6),
      String(counts.skipped).padStart(7),
    ];
    terminal.line(`  ${title.padEnd(width)}  ${cells.join('  ')}`);
  }
}
