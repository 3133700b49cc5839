import { startApp } from '../app.ts';
import type { App } from '../app.ts';
import { readConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { testDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const TEST_API_KEY = 'test-api-key-0123456789';

export interface TestAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

export interface ApiApp extends AsyncDisposable {
  readonly app: App;
  readonly database: TestDatabase;
  /** Everything that the server logged so far. */
  readonly log: () => string;
  /** Every answer that `ask` got so far. */
  readonly answers: readonly TestAnswer[];
  /** Asks as a holder of the workspace's key. */
  ask(method: string, path: string, body?: unknown): Promise<TestAnswer>;
}

/** The whole app on a database of the test's own, which may send to loopback. */
export async function apiApp(env: Readonly<Record<string, string>> = {}): Promise<ApiApp> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const read = readConfig({
    PORT: '0',
    LAUREL_API_KEY: TEST_API_KEY,
    LAUREL_EGRESS_ALLOW: '127.0.0.1',
    LAUREL_LOG_LEVEL: 'trace',
    ...env,
  });
  if (read.kind === 'invalid') throw new Error(read.problems.join('; '));
  let logged = '';
  const outcome = await startApp({
    config: read.config,
    connectionString: database.connectionString,
    masterKey: 'a master key for tests, long enough',
    log: createLog(read.config.logLevel, { write: (line) => void (logged += line) }),
  });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  const { app } = outcome;
  stack.defer(async () => await app.stop());
  const answers: TestAnswer[] = [];
  return {
    app,
    database,
    log: () => logged,
    answers,
    ask: async (method, path, body) => {
      const response = await fetch(`${app.origin}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TEST_API_KEY}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer = { status: response.status, text, json: text === '' ? undefined : parsed(text) };
      answers.push(answer);
      return answer;
    },
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Pages and metrics are no JSON.
    return undefined;
  }
}
