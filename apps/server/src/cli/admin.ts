import { ADMIN, setPassword } from '../access/index.ts';
import { openDatabaseSource } from '../database-source.ts';
import { systemClock } from '../platform/clock.ts';
import { openDatabase } from '../platform/db/database.ts';
import { databaseErrorCode } from '../platform/db/transaction.ts';
import { configured } from './configured.ts';
import type { ReadPassword } from './read-password.ts';
import type { Terminal } from './terminal.ts';

const UNDEFINED_TABLE = '42P01';

/** `laurel admin set-password`: on the database itself, so that it helps whoever cannot log in. */
export async function setPasswordCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  readPassword: ReadPassword,
): Promise<boolean> {
  const config = configured(terminal, env);
  if (config === undefined) return false;
  const read = await readPassword(`New password of ${ADMIN}`);
  if (read.kind === 'none') {
    terminal.error(read.message);
    return false;
  }
  const opened = await openDatabaseSource(config, (message) => terminal.error(message));
  if (opened.kind === 'failed') {
    terminal.error(opened.message);
    return false;
  }
  const { source } = opened;
  const database = openDatabase(source.connectionString, { max: 1 });
  try {
    const input = { user: ADMIN, password: read.password };
    const outcome = await setPassword(database.db, systemClock.now(), input);
    switch (outcome.kind) {
      case 'set':
        terminal.line(
          `${terminal.good('set')}: the password of ${ADMIN}; whoever was logged in is logged out`,
        );
        return true;
      case 'refused':
        terminal.error(outcome.message);
        return false;
      case 'no-user':
        terminal.error(noUser(source.description));
        return false;
    }
  } catch (error) {
    if (databaseErrorCode(error) !== UNDEFINED_TABLE) throw error;
    terminal.error(noUser(source.description));
    return false;
  } finally {
    await database.close();
    await source.stop();
  }
}

function noUser(where: string): string {
  return `There is no user ${ADMIN} yet in ${where}: start the server once, which makes it.`;
}
