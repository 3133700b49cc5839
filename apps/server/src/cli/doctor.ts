import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';

import type { Pool } from 'pg';
import { request } from 'undici';

import { openDatabaseSource } from '../database-source.ts';
import { verifySmtp } from '../mail/index.ts';
import { migrations } from '../migrations.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { openDatabase } from '../platform/db/database.ts';
import { createLog } from '../platform/log.ts';
import { configured } from './configured.ts';
import { checkRuns, mendRuns } from './doctor-runs.ts';
import type { Finding } from './finding.ts';
import type { Terminal } from './terminal.ts';

/** How long what uses the port may take to say that it is Laurel. */
const PROBE_MS = 3_000;

/**
 * `laurel doctor`: changes nothing but what a start would make, and says what to do about each fault. With `mend` it mends
 * what is stuck in the database instead, and says what it did.
 */
export async function doctorCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly mend?: boolean } = {},
): Promise<boolean> {
  const config = configured(terminal, env);
  if (config === undefined) return false;
  if (options.mend === true) return await mend(terminal, config);
  const findings = [
    { good: true, what: `Node ${process.versions.node}` },
    checkDataDir(config),
    await checkPort(config),
    await checkMail(config),
    ...(await checkDatabase(config)),
  ];
  for (const { good, what } of findings)
    terminal.line(`${good ? terminal.good('ok   ') : terminal.bad('fault')} ${what}`);
  return findings.every(({ good }) => good);
}

function checkDataDir({ dataDir }: Config): Finding {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return {
      good: true,
      what: `data folder ${dataDir}${existsSync(`${dataDir}/master-key`) ? ', with its master key' : ''}`,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      good: false,
      what: `data folder ${dataDir}: ${reason}. Set LAUREL_DATA_DIR to a folder that this user may write.`,
    };
  }
}

async function checkPort({ host, port }: Config): Promise<Finding> {
  const problem = await new Promise<string | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(error.message));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
  if (problem === undefined) return { good: true, what: `port ${port} of ${host} is free` };
  return (await isServing(host, port))
    ? { good: true, what: `port ${port} of ${host}: Laurel is running there` }
    : { good: false, what: `port ${port} of ${host}: ${problem}. Stop what uses it, or set PORT.` };
}

async function isServing(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const origin = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  try {
    const answer = await request(`${origin}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
    return answer.statusCode === 200 && (await answer.body.text()) === '{"status":"ok"}';
  } catch {
    // Nobody who speaks HTTP.
    return false;
  }
}

async function checkMail({ smtpUrl }: Config): Promise<Finding> {
  if (smtpUrl === undefined) return { good: true, what: 'no SMTP_URL: mails are kept in the outbox' };
  const verdict = await verifySmtp(smtpUrl);
  if (verdict.kind === 'reachable') return { good: true, what: `SMTP server ${verdict.server} takes mails` };
  return {
    good: false,
    what: `SMTP server ${verdict.server}: ${verdict.reason}. Check SMTP_URL. Mails are tried again for five hours.`,
  };
}

async function checkDatabase(config: Config): Promise<Finding[]> {
  const opened = await openDatabaseSource(config, () => undefined);
  if (opened.kind === 'failed') return [{ good: false, what: opened.message }];
  const { source } = opened;
  const database = openDatabase(source.connectionString, { max: 1 });
  try {
    const schema = await checkSchema(database.pool);
    const findings = [{ good: true, what: `database: ${source.description}` }, schema.finding];
    return schema.current ? [...findings, ...(await checkRuns(database.db, new Date()))] : findings;
  } finally {
    await database.close();
    await source.stop();
  }
}

/** Mends while servers run, too: they do no harm to each other. */
async function mend(terminal: Terminal, config: Config): Promise<boolean> {
  const opened = await openDatabaseSource(config, () => undefined);
  if (opened.kind === 'failed') {
    terminal.error(opened.message);
    return false;
  }
  const { source } = opened;
  const database = openDatabase(source.connectionString, { max: 2 });
  try {
    const schema = await checkSchema(database.pool);
    if (!schema.current) {
      terminal.error(`${schema.finding.what}. Run \`laurel migrate\` first.`);
      return false;
    }
    // What is mended is told with all ids, apart from what is for people.
    const log = createLog('error', { write: (line) => terminal.error(line.trimEnd()) });
    const lines = await mendRuns(
      { db: database.db, clock: systemClock, log },
      config,
      source.connectionString,
    );
    for (const line of lines) terminal.line(`${terminal.good('ok   ')} ${line}`);
    return true;
  } finally {
    await database.close();
    await source.stop();
  }
}

interface SchemaState {
  readonly finding: Finding;
  /** Whether its tables are those of this version. */
  readonly current: boolean;
}

async function checkSchema(pool: Pool): Promise<SchemaState> {
  const known = migrations();
  const applied = await countApplied(pool);
  if (applied > known.length) {
    const what = `the database was migrated by a newer Laurel (${applied} migrations, known here: ${known.length})`;
    return { finding: { good: false, what: `${what}. Use that version.` }, current: false };
  }
  return applied === known.length
    ? {
        finding: { good: true, what: `the database is up to date: schema ${known.at(-1)?.name ?? ''}` },
        current: await hasJobs(pool),
      }
    : {
        finding: { good: true, what: `${known.length - applied} migrations are applied at the next start` },
        current: false,
      };
}

/** The queue makes its tables when it is first started. */
async function hasJobs(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ present: boolean }>(
    "select to_regclass('jobs.job') is not null as present",
  );
  return rows[0]?.present === true;
}

async function countApplied(pool: Pool): Promise<number> {
  const { rows: tables } = await pool.query<{ present: boolean }>(
    "select to_regclass('migration') is not null as present",
  );
  if (tables[0]?.present !== true) return 0;
  const { rows } = await pool.query<{ applied: number }>('select count(*)::int as applied from migration');
  return rows[0]?.applied ?? 0;
}
