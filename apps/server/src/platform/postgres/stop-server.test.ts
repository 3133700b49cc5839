import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { isAlive } from './process-identity.ts';
import { stopServer } from './stop-server.ts';
import { query, session } from './testing/database.ts';
import { childrenOf } from './testing/processes.ts';
import { clusterFolder, QUICK, started } from './testing/scratch.ts';

describe('stopping', () => {
  it('ends sessions that are in the middle of something', async () => {
    const server = await started(await clusterFolder(), QUICK);
    const client = await session(server.connectionString);
    const working = client.query('select pg_sleep(1000)').catch(String);
    await server.stop();
    expect(await working).toContain('terminating connection');
    expect(isAlive(server.pid)).toBe(false);
  });

  it('goes down at once where a process does not answer, and loses nothing by it', async () => {
    const folder = await clusterFolder();
    const server = await started(folder);
    const client = await session(server.connectionString);
    await client.query('create table t as select 1 as one');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const backend = rows[0]?.pid ?? 0;
    process.kill(backend, 'SIGSTOP');
    onTestFinished(() => (isAlive(backend) ? void process.kill(backend, 'SIGKILL') : undefined));
    const children = childrenOf(server.pid);
    expect(children).toContain(backend);
    await stopServer(`${folder}/postgres`, server.pid, { fastMs: 300, immediateMs: 10_000 });
    expect(isAlive(server.pid)).toBe(false);
    // A killed process that was stopped before takes a moment to go.
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]));
    const again = await started(folder);
    expect(await query(again.connectionString, 'select one from t')).toEqual([{ one: 1 }]);
  });

  it('leaves alone a process that is not the server of that cluster', async () => {
    await stopServer('/nowhere', process.pid);
    const server = await started(await clusterFolder(), QUICK);
    await stopServer('/nowhere', server.pid);
    expect(isAlive(server.pid)).toBe(true);
  });
});
