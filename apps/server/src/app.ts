import { Agent } from 'undici';

import { ApiKeys, Authenticator, firstBoot, loginRoutes } from './access/index.ts';
import type { FirstBoot } from './access/index.ts';
import { catalogRoutes } from './catalogs/index.ts';
import {
  createIngest,
  ensureEventPartitions,
  EventLog,
  eventRoutes,
  KnownDefinitions,
} from './events/index.ts';
import { issuerSurfaceOf } from './issuer/index.ts';
import { listen } from './listen.ts';
import { migrations } from './migrations.ts';
import { systemClock } from './platform/clock.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { SecretBox } from './platform/crypto/secret-box.ts';
import { openDatabase } from './platform/db/database.ts';
import { migrate } from './platform/db/migrate.ts';
import { createHttpServer } from './platform/http/server.ts';
import { NumericIds } from './platform/ids.ts';
import { startJobEngine } from './platform/jobs/pg-boss-queue.ts';
import type { Log } from './platform/log.ts';
import type { Checkpoint, Platform } from './platform/platform.ts';
import { profileRoutes } from './profiles/index.ts';
import { startRunsOn, STEP_QUEUE, StepWorker } from './runs/index.ts';
import type { StepJob } from './runs/index.ts';
import { schemaRoutes } from './schemas/index.ts';
import { apiHandlers } from './surfaces/api-handlers.ts';
import { apiSurface } from './surfaces/api.ts';
import { healthRoutes } from './surfaces/health.ts';
import { hubSurface } from './surfaces/hub.ts';
import { issuerSurface } from './surfaces/issuer.ts';
import { placeholderPage } from './surfaces/placeholder-page.ts';
import { templateData } from './surfaces/template-data.ts';
import { ActiveWorkflows, WorkflowVersions } from './workflows/index.ts';

/** Connections to the database: two batches of events, two of results, claims' loads and the API's reads. */
const POOL_SIZE = 20;
const HOUR_MS = 60 * 60 * 1_000;

export interface AppOptions {
  readonly config: Config;
  readonly connectionString: string;
  readonly masterKey: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** See `Platform.checkpoint`. */
  readonly checkpoint?: (place: Checkpoint) => void;
}

export interface App {
  readonly platform: Platform;
  readonly boot: FirstBoot;
  /** Where the server listens: `http://127.0.0.1:8321`. */
  readonly origin: string;
  /** What others reach it by. */
  readonly publicUrl: string;
  /** Stops taking requests and work, finishes what is in hand, and closes. */
  stop(): Promise<void>;
}

export type AppOutcome =
  | { readonly kind: 'started'; readonly app: App }
  | { readonly kind: 'refused'; readonly message: string };

/** Starts everything that the roles ask for, on a database that is up. */
export async function startApp(options: AppOptions): Promise<AppOutcome> {
  const { config, log, connectionString } = options;
  const clock = options.clock ?? systemClock;
  const database = openDatabase(connectionString, {
    max: POOL_SIZE,
    onIdleError: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  });
  const migrated = await migrate(database.pool, migrations());
  if (migrated.kind === 'refused') {
    await database.close();
    return { kind: 'refused', message: migrated.message };
  }
  const secrets = new SecretBox(options.masterKey);
  const platform: Platform = {
    db: database.db,
    clock,
    log,
    numericIds: new NumericIds(database.db),
    secrets,
    checkpoint: options.checkpoint ?? (() => undefined),
  };
  const boot = await firstBoot(database.db, secrets, config);
  await ensureEventPartitions(database.db, clock.now());
  const partitions = setInterval(() => void keepPartitions(platform), HOUR_MS);

  const jobs = await startJobEngine(connectionString, log, { supervise: config.roles.includes('scheduler') });
  const queue = await jobs.queue<StepJob>(STEP_QUEUE);
  const eventLog = new EventLog(new KnownDefinitions());
  eventLog.subscribe(startRunsOn(new ActiveWorkflows(), queue));
  const dispatcher = new Agent({ connections: 128, connect: { timeout: 5_000 } });
  const worker = new StepWorker({
    platform,
    queue,
    log: eventLog,
    versions: new WorkflowVersions(),
    fetchData: templateData(database.db),
    dispatcher,
    timeoutMs: config.outgoingTimeoutSeconds * 1_000,
  });
  if (config.roles.includes('worker')) worker.start();
  const ingest = createIngest(platform, eventLog, () => worker.wake());

  const http = await createHttpServer(log);
  const keys = new ApiKeys(database.db, secrets);
  const authenticator = new Authenticator(keys, secrets, clock);
  // The public URL is known only when the port is: routes ask for it when they need it.
  let publicUrl = config.publicUrl ?? '';
  await http.register(healthRoutes(database.db));
  if (config.roles.includes('api')) {
    const routes = [
      eventRoutes(platform, ingest),
      profileRoutes(platform),
      schemaRoutes(platform),
      catalogRoutes(platform),
    ];
    await http.register(hubSurface(authenticator, { publicRoutes: [loginRoutes(platform, keys)], routes }));
    await http.register(apiSurface(authenticator, apiHandlers(platform)));
    await http.register(placeholderPage());
  }
  if (config.roles.includes('issuer')) {
    const issuer = issuerSurfaceOf({ platform, publicUrl: () => publicUrl });
    await http.register(issuerSurface(authenticator, issuer.routes));
    for (const routes of issuer.publicRoutes) await http.register(routes);
  }
  const origin = await listen(http, config);
  publicUrl ||= origin;

  const stop = async (): Promise<void> => {
    clearInterval(partitions);
    await http.close();
    await ingest.drain();
    if (config.roles.includes('worker')) await worker.stop();
    await jobs.stop();
    await dispatcher.close();
    await database.close();
  };
  return { kind: 'started', app: { platform, boot, origin, publicUrl, stop } };
}

async function keepPartitions({ db, clock, log }: Platform): Promise<void> {
  try {
    await ensureEventPartitions(db, clock.now());
  } catch (error) {
    log.error({ err: error }, 'the partitions of the coming months cannot be made; trying again in an hour');
  }
}
