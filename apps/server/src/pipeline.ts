import type { AppOptions } from './app.ts';
import { createIngest, EventLog, KnownDefinitions } from './events/index.ts';
import type { Delivery } from './integrations/index.ts';
import { MAIL_QUEUE, MailWorker } from './mail/index.ts';
import type { MailJob } from './mail/index.ts';
import { startJobEngine } from './platform/jobs/pg-boss-queue.ts';
import type { Platform } from './platform/platform.ts';
import { startRunsOn, STEP_QUEUE, StepWorker } from './runs/index.ts';
import type { RunTools, StepJob } from './runs/index.ts';
import { templateData } from './surfaces/template-data.ts';
import { ActiveWorkflows, WorkflowVersions } from './workflows/index.ts';

/** From the event to the settled step and the sent mail: what takes events in, and what works the queues off. */
export async function startPipeline(
  { config, connectionString, log }: AppOptions,
  platform: Platform,
  delivery: Delivery,
  closing: AsyncDisposableStack,
) {
  const jobs = await startJobEngine(connectionString, log, { supervise: config.roles.includes('scheduler') });
  closing.defer(async () => await jobs.stop());
  const queue = await jobs.queue<StepJob>(STEP_QUEUE);
  const mailQueue = await jobs.queue<MailJob>(MAIL_QUEUE);
  const eventLog = new EventLog(new KnownDefinitions());
  const versions = new WorkflowVersions();
  const fetchData = templateData(platform.db);
  const worker = new StepWorker({
    platform,
    queue,
    log: eventLog,
    versions,
    fetchData,
    delivery,
  });
  eventLog.subscribe(startRunsOn(new ActiveWorkflows(), versions, { queue, handOff: worker }));
  const { smtpUrl: url, mailFrom: from } = config;
  const smtp = url === undefined || from === undefined ? undefined : { url, from };
  const mailWorker = new MailWorker({ platform, queue: mailQueue, log: eventLog, smtp });
  const runTools: RunTools = { queue, handOff: worker, log: eventLog, versions, delivery, fetchData };
  return { worker, mailWorker, mailQueue, runTools, ingest: createIngest(platform, eventLog) };
}
