import { readConfig } from '../platform/config.ts';
import type { Config } from '../platform/config.ts';
import type { Terminal } from './terminal.ts';

/** The configuration; undefined after its problems were told. */
export function configured(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): Config | undefined {
  const outcome = readConfig(env);
  if (outcome.kind === 'valid') return outcome.config;
  terminal.error('The configuration has problems:');
  for (const problem of outcome.problems) terminal.error(`  ${problem}`);
  return undefined;
}
