import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface DemoKeys {
  readonly LAUREL_API_KEY: string;
  readonly LAUREL_ISSUER_KEY: string;
  readonly LAUREL_ADMIN_PASSWORD: string;
}

/**
 * The keys of the demo, and the password of its user `admin`: those of the environment, else random ones that are kept in `<dataDir>/demo-keys` (mode 0600),
 * so that a second run finds what the first one set up.
 */
export function demoKeys(dataDir: string, env: Readonly<Record<string, string | undefined>>): DemoKeys {
  const file = path.join(dataDir, 'demo-keys');
  const kept = readKept(file);
  const key = (name: keyof DemoKeys): string =>
    env[name] ?? kept.get(name) ?? randomBytes(24).toString('base64url');
  const keys: DemoKeys = {
    LAUREL_API_KEY: key('LAUREL_API_KEY'),
    LAUREL_ISSUER_KEY: key('LAUREL_ISSUER_KEY'),
    LAUREL_ADMIN_PASSWORD: key('LAUREL_ADMIN_PASSWORD'),
  };
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(
    file,
    Object.entries(keys)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o600 },
  );
  return keys;
}

function readKept(file: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const equals = line.indexOf('=');
      return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]];
    }),
  );
}
