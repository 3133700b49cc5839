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
import { ensureEventPartitions, eraseEvents, eventRoutes } from './events/index.ts';
import { Delivery } from './integrations/index.ts';
import { issuerSurfaceOf, issuingOf } from './issuer/index.ts';
import { listen } from './listen.ts';
import { migrations } from './migrations.ts';
import { startPipeline } from './pipeline.ts';
import type { Clock } from './platform/clock.ts';
import type { Config, Role } from './platform/config.ts';
import { SecretBox } from './platform/crypto/secret-box.ts';
import { openDatabaseClock } from './platform/db/database-clock.ts';
import { openDatabase } from './platform/db/database.ts';
import { migrate } from './platform/db/migrate.ts';
import { parseEgressAllow } from './platform/egress/index.ts';
import { createHttpServer } from './platform/http/server.ts';
import { NumericIds } from './platform/ids.ts';
import type { Log } from './platform/log.ts';
import type { Checkpoint, Platform } from './platform/platform.ts';
import { profileRoutes } from './profiles/index.ts';
import { eraseRuns } from './runs/index.ts';
import { schemaRoutes } from './schemas/index.ts';
import { loginHandlers } from './surfaces/api-access.ts';
import { apiHandlers } from './surfaces/api-handlers.ts';
import { apiSurface } from './surfaces/api.ts';
import { healthRoutes } from './surfaces/health.ts';
import { hubSurface } from './surfaces/hub.ts';
import { issuerSurface } from './surfaces/issuer.ts';
import { placeholderPage } from './surfaces/placeholder-page.ts';

/** Connections for what the API and the console read and write. */
const POOL_SIZE = 10;
/** Connections for batches: two of events, two of results, intents, and what steps are loaded and rendered from. */
const BATCH_POOL_SIZE = 12;
const HOUR_MS = 60 * 60 * 1_000;

export interface AppOptions {
  readonly config: Config;
  readonly connectionString: string;
  readonly masterKey: string;
  readonly log: Log;
  /** Default: the database's. */
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
  const onLost = (error: Error): void => log.warn({ err: error }, 'a connection to the database was lost');
  const database = openDatabase(connectionString, { max: POOL_SIZE, onLost });
  closing.defer(async () => await database.close());
  const batchDatabase = openDatabase(connectionString, { max: BATCH_POOL_SIZE, planning: 'by-key', onLost });
  closing.defer(async () => await batchDatabase.close());
  // Ids are taken while a transaction is open: from the same pool, as many transactions as it has connections would
  // all wait for one more.
  const idDatabase = openDatabase(connectionString, { max: 2 });
  closing.defer(async () => await idDatabase.close());
  const migrated = await migrate(database.pool, migrations());
  if (migrated.kind === 'refused') return migrated;
  const databaseClock = await openDatabaseClock(database.db, log);
  closing.defer(() => databaseClock.close());
  const platform: Platform = {
    db: database.db,
    clock: options.clock ?? databaseClock,
    log,
    numericIds: new NumericIds(idDatabase.db),
    secrets: new SecretBox(options.masterKey),
    checkpoint: options.checkpoint ?? (() => undefined),
  };
  // Whatever works on batches finds its rows by key.
  const batches: Platform = { ...platform, db: batchDatabase.db };
  const boot = await firstBoot(database.db, platform.secrets, config);
  const madeAdminPassword = await ensureAdmin(database.db, boot.workspaceId, config.adminPassword);
  await ensureEventPartitions(database.db, platform.clock.now());
  const partitions = setInterval(() => void keepPartitions(platform), HOUR_MS);
  closing.defer(() => clearInterval(partitions));

  // The server's own addresses are known only when the port is: who needs them asks when they need them.
  let publicUrl = config.publicUrl ?? '';
  let origin = '';
  const egress = parseEgressAllow(config.egressAllow, () =>
    [has('issuer') ? origin : '', publicUrl].filter((own) => own !== ''),
  );
  if (egress.kind === 'invalid') return { kind: 'refused', message: egress.problems.join('; ') };
  const delivery = new Delivery({
    platform: batches,
    egressPolicy: egress.policy,
    timeoutMs: config.outgoingTimeoutSeconds * 1_000,
  });
  closing.defer(async () => await delivery.close());
  const issuing = issuingOf({ platform, publicUrl: () => publicUrl });
  const pipeline = await startPipeline(options, { platform, batches }, { delivery, issuing }, closing);
  const { worker, reaper, mailWorker, scheduler, lifecycle, ingest, runTools } = pipeline;
  closing.defer(async () => await ingest.drain());

  const http = await createHttpServer(log);
  closing.defer(async () => await http.close());
  const keys = new ApiKeys(database.db, platform.secrets);
  const authenticator = new Authenticator(keys, platform.secrets, platform.clock);
  await http.register(healthRoutes(database.db, reaper.metrics));
  if (has('api')) {
    const routes = [
      eventRoutes(platform, ingest),
      profileRoutes(platform, [eraseEvents, eraseRuns]),
      schemaRoutes(platform),
      catalogRoutes(platform),
    ];
    const outbox = {
      queue: pipeline.mailQueue,
      canSend: config.smtpUrl !== undefined,
      wake: () => mailWorker.wake(),
    };
    await http.register(hubSurface(authenticator, { publicRoutes: [loginRoutes(platform, keys)], routes }));
    const sessions = new Sessions(database.db, platform.clock);
    const access = {
      platform,
      sessions,
      logins: new Logins(platform, sessions),
      publicUrl: config.publicUrl,
    };
    const handlers = apiHandlers({ platform, delivery, outbox, access, lifecycle, runTools });
    const apiAuthenticator = new ApiAuthenticator(authenticator, sessions, config.publicUrl);
    await http.register(apiSurface(apiAuthenticator, handlers, loginHandlers(access)));
    await http.register(placeholderPage());
  }
  if (has('issuer')) {
    const issuer = issuerSurfaceOf({ platform, publicUrl: () => publicUrl });
    await http.register(issuerSurface(authenticator, issuer.routes));
    for (const routes of issuer.publicRoutes) await http.register(routes);
  }
  origin = await listen(http, config);
  publicUrl ||= origin;
  if (has('worker')) {
    // Not before the own addresses are known: a step to the embedded issuer would be refused. And stopped before the
    // server closes: its requests to that issuer are answered still.
    worker.start();
    closing.defer(async () => await worker.stop());
    mailWorker.start();
    closing.defer(async () => await mailWorker.stop());
  }
  if (has('scheduler')) {
    pipeline.audiences.start();
    closing.defer(async () => await pipeline.audiences.stop());
    scheduler.start();
    closing.defer(async () => await scheduler.stop());
    reaper.start();
    closing.defer(async () => await reaper.stop());
  }
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

async function keepPartitions({ db, clock, log }: Platform): Promise<void> {
  try {
    await ensureEventPartitions(db, clock.now());
  } catch (error) {
    log.error({ err: error }, 'the partitions of the coming months cannot be made; trying again in an hour');
  }
}
