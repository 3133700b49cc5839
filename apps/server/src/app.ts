import { Agent } from 'undici';

import {
  ApiAuthenticator,
  ApiKeys,
  Authenticator,
  ensureAdmin,
  firstBoot,
  loginRoutes,
  Logins,
  Sessions,
} from './access/index.ts';
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
import type { Config, Role } from './platform/config.ts';
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
import { loginHandlers } from './surfaces/api-access.ts';
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
  /** The password that the user `admin` was made with now, at random: shown once, never again. */
  readonly madeAdminPassword: string | undefined;
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

/**
 * Starts everything that the roles ask for, on a database that is up. What was started is closed again, in the reverse
 * order, when the app stops, and also when a later part does not start.
 */
export async function startApp(options: AppOptions): Promise<AppOutcome> {
  const { config, log, connectionString } = options;
  const has = (role: Role): boolean => config.roles.includes(role);
  await using closing = new AsyncDisposableStack();
  const database = openDatabase(connectionString, {
    max: POOL_SIZE,
    onLost: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  });
  closing.defer(async () => await database.close());
  // Ids are taken while a transaction is open: from the same pool, as many transactions as it has connections would
  // all wait for one more.
  const idDatabase = openDatabase(connectionString, { max: 2 });
  closing.defer(async () => await idDatabase.close());
  const migrated = await migrate(database.pool, migrations());
  if (migrated.kind === 'refused') return migrated;
  const platform: Platform = {
    db: database.db,
    clock: options.clock ?? systemClock,
    log,
    numericIds: new NumericIds(idDatabase.db),
    secrets: new SecretBox(options.masterKey),
    checkpoint: options.checkpoint ?? (() => undefined),
  };
  const boot = await firstBoot(database.db, platform.secrets, config);
  const madeAdminPassword = await ensureAdmin(database.db, boot.workspaceId, config.adminPassword);
  await ensureEventPartitions(database.db, platform.clock.now());
  const partitions = setInterval(() => void keepPartitions(platform), HOUR_MS);
  closing.defer(() => clearInterval(partitions));

  const { worker, ingest } = await startPipeline(options, platform, closing);
  if (has('worker')) {
    worker.start();
    closing.defer(async () => await worker.stop());
  }
  closing.defer(async () => await ingest.drain());

  const http = await createHttpServer(log);
  closing.defer(async () => await http.close());
  // The public URL is known only when the port is: routes ask for it when they need it.
  let publicUrl = config.publicUrl ?? '';
  const keys = new ApiKeys(database.db, platform.secrets);
  const authenticator = new Authenticator(keys, platform.secrets, platform.clock);
  await http.register(healthRoutes(database.db));
  if (has('api')) {
    const routes = [
      eventRoutes(platform, ingest),
      profileRoutes(platform),
      schemaRoutes(platform),
      catalogRoutes(platform),
    ];
    await http.register(hubSurface(authenticator, { publicRoutes: [loginRoutes(platform, keys)], routes }));
    const sessions = new Sessions(database.db, platform.clock);
    const access = {
      platform,
      sessions,
      logins: new Logins(platform, sessions),
      publicUrl: config.publicUrl,
    };
    const apiAuthenticator = new ApiAuthenticator(authenticator, sessions, config.publicUrl);
    await http.register(apiSurface(apiAuthenticator, apiHandlers(platform, access), loginHandlers(access)));
    await http.register(placeholderPage());
  }
  if (has('issuer')) {
    const issuer = issuerSurfaceOf({ platform, publicUrl: () => publicUrl });
    await http.register(issuerSurface(authenticator, issuer.routes));
    for (const routes of issuer.publicRoutes) await http.register(routes);
  }
  const origin = await listen(http, config);
  publicUrl ||= origin;
  const started = closing.move();
  return {
    kind: 'started',
    app: {
      platform,
      boot,
      madeAdminPassword,
      origin,
      publicUrl,
      stop: async () => await started.disposeAsync(),
    },
  };
}

/** From the event to the settled step: what takes events in, and what works the steps off. */
async function startPipeline(options: AppOptions, platform: Platform, closing: AsyncDisposableStack) {
  const { config, connectionString, log } = options;
  const dispatcher = new Agent({ connections: 128, connect: { timeout: 5_000 } });
  closing.defer(async () => await dispatcher.close());
  const jobs = await startJobEngine(connectionString, log, { supervise: config.roles.includes('scheduler') });
  closing.defer(async () => await jobs.stop());
  const queue = await jobs.queue<StepJob>(STEP_QUEUE);
  const eventLog = new EventLog(new KnownDefinitions());
  eventLog.subscribe(startRunsOn(new ActiveWorkflows(), queue, () => worker.wake()));
  const worker = new StepWorker({
    platform,
    queue,
    log: eventLog,
    versions: new WorkflowVersions(),
    fetchData: templateData(platform.db),
    dispatcher,
    timeoutMs: config.outgoingTimeoutSeconds * 1_000,
  });
  return { worker, ingest: createIngest(platform, eventLog) };
}

async function keepPartitions({ db, clock, log }: Platform): Promise<void> {
  try {
    await ensureEventPartitions(db, clock.now());
  } catch (error) {
    log.error({ err: error }, 'the partitions of the coming months cannot be made; trying again in an hour');
  }
}
