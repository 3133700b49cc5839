import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startChild } from './child.ts';

export interface BenchServer extends AsyncDisposable {
  readonly origin: string;
  readonly apiKey: string;
  readonly connectionString: string;
  readonly pid: number;
  readonly postgresPid: number;
}

const API_KEY = 'bench-api-key-0123456789';

/** A server of its own with an embedded PostgreSQL, fsync on, in a temporary folder. */
export async function benchServer(): Promise<BenchServer> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'laurel-bench-'));
  const child = await startChild(
    'server-child.ts',
    {
      LAUREL_DATA_DIR: dataDir,
      PORT: '0',
      LAUREL_API_KEY: API_KEY,
      LAUREL_EGRESS_ALLOW: '127.0.0.1',
      // This and the option of Node: as `npm run laurel` starts it.
      MALLOC_ARENA_MAX: '1',
    },
    ['--max-semi-space-size=16', '--heap-growing-percent=150'],
  );
  return {
    origin: String(child.ready.get('origin')),
    connectionString: String(child.ready.get('connectionString')),
    postgresPid: Number(process.env['BENCH_PG_PID'] ?? child.ready.get('postgresPid')),
    apiKey: API_KEY,
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
