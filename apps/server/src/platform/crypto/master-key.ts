import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The master key: the one of the configuration, else the one kept in `<dataDir>/master-key`, made on the first
 * start with mode 0600. Losing it loses every stored secret, so it is part of a backup.
 */
export function loadMasterKey(configured: string | undefined, dataDir: string): string {
  if (configured !== undefined) return configured;
  const file = path.join(dataDir, 'master-key');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    // `wx` fails where the file exists, so two first starts at once agree on one key.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const key = readFileSync(file, 'utf8').trim();
  if (key.length < 32) throw new Error(`${file} is cut short: restore it from a backup`);
  return key;
}
