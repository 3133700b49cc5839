import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';

import type { Pool } from 'pg';

import { openDatabaseSource } from '../database-source.ts';
import { verifySmtp } from '../mail/index.ts';
import { migrations } from '../migrations.ts';
import type { Config } from '../platform/config.ts';
import { openDatabase } from '../platform/db/database.ts';
import { configured } from './configured.ts';
import type { Terminal } from './terminal.ts';

type Finding = { readonly good: boolean; readonly what: string };

/** `laurel doctor`: changes nothing but what a start would make, and says what to do about each fault. */
export async function doctorCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const config = configured(terminal, env);
  if (config === undefined) return false;
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
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => {
      resolve({
        good: false,
        what: `port ${port} of ${host}: ${error.message}. Laurel may be running already; else set PORT.`,
      });
    });
    probe.listen(port, host, () =>
      probe.close(() => resolve({ good: true, what: `port ${port} of ${host} is free` })),
    );
  });
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
    const known = migrations();
    const applied = await countApplied(database.pool);
    const schema: Finding =
      applied > known.length
        ? {
            good: false,
            what: `the database was migrated by a newer Laurel (${applied} migrations, known here: ${known.length})`,
          }
        : {
            good: true,
            what:
              applied === known.length
                ? 'the database is up to date'
                : `${known.length - applied} migrations are applied at the next start`,
          };
    return [{ good: true, what: `database: ${source.description}` }, schema];
  } finally {
    await database.close();
    await source.stop();
  }
}

async function countApplied(pool: Pool): Promise<number> {
  const { rows: tables } = await pool.query<{ present: boolean }>(
    "select to_regclass('migration') is not null as present",
  );
  if (tables[0]?.present !== true) return 0;
  const { rows } = await pool.query<{ applied: number }>('select count(*)::int as applied from migration');
  return rows[0]?.applied ?? 0;
}
