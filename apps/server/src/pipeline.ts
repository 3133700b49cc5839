import type { AppOptions } from './app.ts';
import { createIngest, EventLog, KnownDefinitions } from './events/index.ts';
import type { Delivery } from './integrations/index.ts';
import type { Issuing } from './issuer/index.ts';
import { MAIL_QUEUE, MailWorker } from './mail/index.ts';
import type { MailJob } from './mail/index.ts';
import { startJobEngine } from './platform/jobs/pg-boss-queue.ts';
import type { Platform } from './platform/platform.ts';
import {
  applyLifecycles,
  AUDIENCE_QUEUE,
  AudienceWorker,
  Reaper,
  startRunsOn,
  STEP_QUEUE,
  StepWorker,
} from './runs/index.ts';
import type { AudienceJob, LifecycleParts, RunTools, StepJob } from './runs/index.ts';
import { Scheduler } from './scheduler.ts';
import { templateData } from './surfaces/template-data.ts';
import { ActiveWorkflows, applySchedules, WorkflowVersions } from './workflows/index.ts';

export interface PlatformParts {
  readonly platform: Platform;
  /** The same, with the database by which batches go: rows are found by key. */
  readonly batches: Platform;
}

/** From the event to the settled step and the sent mail: what takes events in, and what works the queues off. */
export async function startPipeline(
  { config, connectionString, log }: AppOptions,
  { platform, batches }: PlatformParts,
  { delivery, issuing }: { readonly delivery: Delivery; readonly issuing: Issuing },
  closing: AsyncDisposableStack,
) {
  const jobs = await startJobEngine(connectionString, log, {
    // Workers too: they take over from each other also while no scheduler runs. One of all is at it at a time.
    supervise: config.roles.includes('scheduler') || config.roles.includes('worker'),
    claimSeconds: config.claimSeconds,
  });
  closing.defer(async () => await jobs.stop());
  const queue = await jobs.queue<StepJob>(STEP_QUEUE);
  const mailQueue = await jobs.queue<MailJob>(MAIL_QUEUE);
  const eventLog = new EventLog(new KnownDefinitions());
  const versions = new WorkflowVersions();
  const fetchData = templateData(batches.db);
  const worker = new StepWorker({
    platform: batches,
    queue,
    log: eventLog,
    versions,
    fetchData,
    delivery,
    issuing,
    mailQueue,
  });
  const tools = { queue, handOff: worker };
  eventLog.subscribe(startRunsOn(new ActiveWorkflows(), versions, tools));
  const audienceQueue = await jobs.queue<AudienceJob>(AUDIENCE_QUEUE);
  const audiences = new AudienceWorker({ platform, versions, queue: audienceQueue, log: eventLog, tools });
  const { smtpUrl: url, mailFrom: from } = config;
  const smtp = url === undefined || from === undefined ? undefined : { url, from };
  const mailWorker = new MailWorker({ platform, queue: mailQueue, log: eventLog, smtp });
  const runTools: RunTools = { ...tools, log: eventLog, versions, delivery, fetchData };
  const lifecycle: LifecycleParts = { platform, queue, handOff: worker, versions, log: eventLog };
  const scheduler = new Scheduler(log, [
    { name: 'starting and stopping workflows', run: async () => await applySchedules(platform) },
    { name: 'dealing with runs inside workflows', run: async () => await applyLifecycles(lifecycle) },
  ]);
  const reaper = new Reaper({ platform, queue });
  const ingest = createIngest(batches, eventLog);
  return { worker, reaper, audiences, mailWorker, mailQueue, scheduler, lifecycle, runTools, ingest };
}
