import { Writable } from 'node:stream';

import { startApp } from '../app.ts';
import type { App } from '../app.ts';
import { readConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { testDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';
import { TestClock } from './test-platform.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly database: TestDatabase;
  readonly clock: TestClock;
  /** Everything that was logged so far, at every level. */
  logged(): string;
}

/** The whole server on a database and a port of its own, with a clock that the test moves. `env` configures it. */
export async function testApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const config = readConfig({ PORT: '0', ...env });
  if (config.kind === 'invalid') throw new Error(config.problems.join('; '));
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const clock = new TestClock('2026-11-24T12:00:00Z');
  let logged = '';
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      logged += String(chunk);
      done();
    },
  });
  const outcome = await startApp({
    config: config.config,
    connectionString: database.connectionString,
    masterKey: 'a master key for tests, long enough',
    log: createLog('trace', destination),
    clock,
  });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  const { app } = outcome;
  stack.defer(async () => await app.stop());
  const moved = stack.move();
  return {
    app,
    database,
    clock,
    logged: () => logged,
    [Symbol.asyncDispose]: async () => await moved.disposeAsync(),
  };
}
