import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { serverState } from './lock-file.ts';
import { isAlive } from './process-identity.ts';
import { query, session } from './testing/database.ts';
import { childrenOf, killServer, otherProgram } from './testing/processes.ts';
import { clusterFolder, launched, QUICK, scratchFolder, started } from './testing/scratch.ts';

function lockOf(folder: string): string {
  return path.join(folder, 'postgres', 'postmaster.pid');
}

/** A cluster that is down, with a lock as a crash may leave it. */
async function leftWithLock(lock: (folder: string) => string): Promise<string> {
  const folder = await clusterFolder();
  writeFileSync(lockOf(folder), lock(folder));
  return folder;
}

function lockText(folder: string, pid: number): string {
  return `${pid}\n${path.join(folder, 'postgres')}\n1700000000\n5432\n\n127.0.0.1\n         0         0\nready   \n`;
}

/** A server that runs, and that nobody is left to restart. */
async function left(folder: string): Promise<{ pid: number; connectionString: string }> {
  const program = otherProgram(folder);
  const outcome = await program.outcome();
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  await program.kill();
  return outcome.postgres;
}

describe('a server that runs already', () => {
  it('is adopted after kill -9 of the program that started it, and goes on writing its log', async () => {
    const folder = await clusterFolder();
    const program = otherProgram(folder);
    const first = await program.outcome();
    await program.kill();
    const second = await started(folder);
    expect({ kind: 'started', postgres: second }).toMatchObject({
      kind: 'started',
      postgres: { ...(first.kind === 'started' && first.postgres), adopted: true },
    });
    await expect(query(second.connectionString, 'select broken')).rejects.toThrow('column "broken"');
    expect(readFileSync(path.join(folder, 'postgres.log'), 'utf8')).toContain(
      'column "broken" does not exist',
    );
    await second.stop();
    expect(isAlive(second.pid)).toBe(false);
  });

  it('is shared by two programs that start at once, and stopped by the last to leave', async () => {
    const folder = scratchFolder();
    const programs = [otherProgram(folder), otherProgram(folder)];
    const outcomes = await Promise.all(programs.map(async (program) => await program.outcome()));
    const servers = outcomes.map((outcome) => (outcome.kind === 'started' ? outcome.postgres : undefined));
    expect(servers.map((server) => String(server?.adopted)).toSorted()).toEqual(['false', 'true']);
    expect(servers[0]?.connectionString).toBe(servers[1]?.connectionString);
    const starter = servers.findIndex((server) => server?.adopted === false);
    const [pid = 0, url = ''] = [servers[0]?.pid, servers[0]?.connectionString];
    // Also where the one that leaves first is the server's parent.
    await programs[starter]?.end();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await programs[1 - starter]?.end();
    expect(isAlive(pid)).toBe(false);
  });

  it('counts a program that was killed as gone', async () => {
    const folder = await clusterFolder();
    const server = await started(folder, QUICK);
    const program = otherProgram(folder);
    expect(await program.outcome()).toMatchObject({ postgres: { adopted: true } });
    await program.kill();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('still knows its users after one of its own processes crashed and it ended all sessions', async () => {
    const folder = await clusterFolder();
    const server = await started(folder, QUICK);
    const victim = await session(server.connectionString);
    const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    await vi.waitFor(async () => {
      const sessions = await query(
        server.connectionString,
        "select 1 as one from pg_stat_activity where application_name like 'laurel-launcher-%'",
      );
      expect(sessions).toEqual([{ one: 1 }]);
    });
    const program = otherProgram(folder);
    await program.outcome();
    await program.end();
    expect(isAlive(server.pid)).toBe(true);
  });
});

describe('what a crash left', () => {
  it('is no lock where its number went to another program', async () => {
    const other = spawn('sleep', ['1000']);
    onTestFinished(() => void other.kill());
    const folder = await leftWithLock((data) => lockText(data, other.pid ?? 0));
    expect(serverState(path.join(folder, 'postgres'))).toEqual({ kind: 'down', stalePid: other.pid });
    expect(await started(folder, QUICK)).toMatchObject({ adopted: false });
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });

  it('is no lock where its process has ended and nobody collected it', async () => {
    // The shell becomes a program that never asks what became of its child.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000']);
    onTestFinished(() => void parent.kill());
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = Number(text.toString());
    await vi.waitFor(() => expect(readFileSync(`/proc/${zombie}/stat`, 'utf8')).toContain(') Z '));
    expect(() => process.kill(zombie, 0)).not.toThrow();
    const folder = await leftWithLock((data) => lockText(data, zombie));
    expect(await started(folder, QUICK)).toMatchObject({ adopted: false });
  });

  it('is no lock where it is the copy of that of a live server', async () => {
    const [original, copy] = [await clusterFolder(), await clusterFolder()];
    const live = await started(original, QUICK);
    // The number is that of a PostgreSQL, only of another cluster.
    writeFileSync(lockOf(copy), readFileSync(lockOf(original), 'utf8').replaceAll(original, copy));
    const second = await started(copy, QUICK);
    expect(second).toMatchObject({ adopted: false });
    expect(second.pid).not.toBe(live.pid);
    expect(await query(live.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is overcome where the lock was left empty', async () => {
    const folder = await leftWithLock(() => '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lockOf(folder), longAgo, longAgo);
    expect(await started(folder, QUICK)).toMatchObject({ adopted: false });
  });

  it('is waited for while a process of the killed server lives, and then said to be in the way', async () => {
    const folder = await clusterFolder();
    const server = await left(folder);
    const client = await session(server.connectionString);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const backend = rows[0]?.pid ?? 0;
    process.kill(backend, 'SIGSTOP');
    process.kill(server.pid, 'SIGKILL');
    onTestFinished(() => (isAlive(backend) ? void process.kill(backend, 'SIGKILL') : undefined));
    const outcome = await launched(folder, QUICK, { patienceMs: 1_000 });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'locked' });
    expect(outcome).toMatchObject({ message: expect.stringMatching(/shared memory.*end it/s) });
    // It lets go while the next start is waiting.
    const next = started(folder, QUICK);
    process.kill(backend, 'SIGKILL');
    expect(await next).toMatchObject({ adopted: false });
  });

  it('is no hindrance after kill -9 of the server and all its processes', async () => {
    const folder = await clusterFolder();
    const server = await left(folder);
    expect(childrenOf(server.pid).length).toBeGreaterThan(3);
    killServer(server.pid);
    const again = await started(folder, QUICK);
    expect(again.adopted).toBe(false);
  });
});
