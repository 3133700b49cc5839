import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

import { Pool } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { serverState } from './lock-file.ts';
import { orphansOf } from './orphans.ts';
import { isAlive } from './process-identity.ts';
import { backOffMs } from './supervision.ts';
import type { Clock, ServerEvent } from './supervision.ts';
import { query, session } from './testing/database.ts';
import { childrenOf, otherProgram } from './testing/processes.ts';
import { clusterFolder, QUICK, scratchFolder, started } from './testing/scratch.ts';

const WITHIN = { timeout: 10_000, interval: 10 };

/** What was told of a server, in order. */
function story() {
  const events: ServerEvent[] = [];
  return {
    onEvent: (event: ServerEvent) => void events.push(event),
    kinds: () => events.map(({ kind }) => kind),
    /** Resolves with the `count`th event of a kind. */
    until: async <K extends ServerEvent['kind']>(kind: K, count = 1) =>
      await vi.waitFor(() => {
        const found = events.filter(
          (event): event is Extract<ServerEvent, { kind: K }> => event.kind === kind,
        );
        const event = found[count - 1];
        if (event === undefined) throw new Error(`told: ${events.map((each) => each.kind).join()}`);
        return event;
      }, WITHIN),
  };
}

/** A clock whose waits are over at once and kept, and that goes on only by hand. */
function handClock(onWait: (ms: number, signal: AbortSignal) => Promise<void> = async () => undefined) {
  const waits: number[] = [];
  let time = 0;
  const clock: Clock = {
    now: () => time,
    wait: async (ms, signal) => {
      waits.push(ms);
      await onWait(ms, signal);
    },
  };
  return { clock, waits, pass: (ms: number) => void (time += ms) };
}

async function backendOf(url: string): Promise<number> {
  const client = await session(url);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

describe('a server that dies while it is used', () => {
  it('is back under the same addresses, with what was committed, and pools find it again', async () => {
    const { onEvent, until, kinds } = story();
    // As in production: what was committed is on disk.
    const server = await started(await clusterFolder(), { onEvent });
    const { pid, connectionString, localConnectionString } = server;
    const pool = new Pool({ connectionString: localConnectionString });
    pool.on('error', () => undefined);
    onTestFinished(async () => await pool.end());
    await pool.query("create table t as select 'Ada Lovelace' as name");
    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    expect(await until('died')).toMatchObject({ pid, how: 'killed by SIGKILL', restartInMs: 0 });
    expect(performance.now() - killedAt).toBeLessThan(1_000);
    await vi.waitFor(async () => {
      const { rows } = await pool.query('select name from t');
      expect(rows).toEqual([{ name: 'Ada Lovelace' }]);
    }, WITHIN);
    expect(await query(connectionString, 'select name from t')).toEqual([{ name: 'Ada Lovelace' }]);
    expect(await until('back')).toMatchObject({ pid: server.pid, adopted: false });
    expect(server).toMatchObject({ connectionString, localConnectionString });
    expect(server.pid).not.toBe(pid);
    const running = [server.pid, ...childrenOf(server.pid)];
    await server.stop();
    expect(running.filter(isAlive)).toEqual([]);
    expect(kinds()).toEqual(['died', 'back']);
  });

  it('is told of with its own last words, without those about anybody’s data', async () => {
    const { onEvent, until } = story();
    const server = await started(await clusterFolder(), { ...QUICK, onEvent });
    await expect(query(server.connectionString, "select 'ada@example.org'::int")).rejects.toThrow('integer');
    const client = await session(server.connectionString);
    // An immediate shutdown, as an operator may order it.
    process.kill(server.pid, 'SIGQUIT');
    const { how, lastWords } = await until('died');
    expect(how).toMatch(/^ended with status \d$/);
    expect(lastWords).toContain('LOG:  received immediate shutdown request');
    expect(lastWords).not.toContain('ada@example.org');
    // Nor the words of its start, which went well.
    expect(lastWords).not.toContain('listening on');
    await expect(client.query('select 1')).rejects.toThrow('not queryable');
    await until('back');
  });

  it('is back where one of its processes lives on and hears nothing', async () => {
    const { onEvent, until } = story();
    const folder = await clusterFolder();
    const cluster = path.join(folder, 'postgres');
    const server = await started(folder, { ...QUICK, onEvent });
    const bystander = await started(await clusterFolder(), QUICK);
    const backend = await backendOf(server.connectionString);
    process.kill(backend, 'SIGSTOP');
    onTestFinished(() => (isAlive(backend) ? void process.kill(backend, 'SIGKILL') : undefined));
    expect(orphansOf(cluster)).toEqual([]);
    process.kill(server.pid, 'SIGKILL');
    await vi.waitFor(() => expect(orphansOf(cluster)).toEqual([backend]), { interval: 5 });
    await until('back');
    expect(isAlive(backend)).toBe(false);
    expect(orphansOf(cluster)).toEqual([]);
    expect(await query(bystander.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('comes back with the password that its users have, also where the file of it is gone', async () => {
    const { onEvent, until } = story();
    const folder = await clusterFolder();
    const server = await started(folder, { ...QUICK, onEvent });
    rmSync(path.join(folder, 'postgres-password'));
    process.kill(server.pid, 'SIGKILL');
    await until('back');
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('restarts', () => {
  it('wait 1 s, 2 s, 4 s …, at most 30 s, between deaths that follow each other, and not after a steady minute', async () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 1_000].map(backOffMs)).toEqual([
      0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    const { onEvent, until } = story();
    const { clock, waits, pass } = handClock();
    const server = await started(await clusterFolder(), { ...QUICK, onEvent }, { clock });
    for (let death = 1; death <= 4; death++) {
      process.kill(server.pid, 'SIGKILL');
      await until('back', death);
      pass(50_000);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    pass(10_000);
    process.kill(server.pid, 'SIGKILL');
    expect(await until('died', 5)).toMatchObject({ restartInMs: 0 });
    await until('back', 5);
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  it('go on where they fail: the cluster is away, then there again', async () => {
    const { onEvent, until } = story();
    const folder = await clusterFolder();
    const [cluster, away] = [path.join(folder, 'postgres'), path.join(folder, 'away')];
    const { clock, waits } = handClock(async (ms) => {
      if (ms === 2_000) renameSync(away, cluster);
    });
    const server = await started(folder, { ...QUICK, onEvent }, { clock });
    renameSync(cluster, away);
    process.kill(server.pid, 'SIGKILL');
    expect(await until('restart-failed', 2)).toMatchObject({
      message: expect.stringContaining(`${cluster} is gone`),
      retryInMs: 2_000,
    });
    await until('back');
    expect(waits).toEqual([1_000, 2_000]);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('take no other port than the one that is known, and wait for it', async () => {
    const { onEvent, until } = story();
    const thief = createServer();
    const { clock } = handClock(async (ms) => {
      if (ms === 1_000) await new Promise<void>((done) => thief.listen(port, '127.0.0.1', done));
      if (ms === 2_000) await new Promise((done) => thief.close(done));
    });
    const machine = { clock, patienceMs: 300 };
    const server = await started(await clusterFolder(), { ...QUICK, onEvent }, machine);
    const port = Number(new URL(server.connectionString).port);
    process.kill(server.pid, 'SIGKILL');
    await until('back');
    process.kill(server.pid, 'SIGKILL');
    expect(await until('restart-failed')).toMatchObject({
      message: expect.stringContaining(`another program has the port ${port}`),
    });
    await until('back', 2);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('stopping', () => {
  it('is no death', async () => {
    const { onEvent, kinds } = story();
    const server = await started(await clusterFolder(), { ...QUICK, onEvent });
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(kinds()).toEqual([]);
  });

  it('ends the wait for a restart', async () => {
    const { onEvent, until, kinds } = story();
    const folder = await clusterFolder();
    const waiting = Promise.withResolvers<void>();
    const { clock } = handClock(async (_ms, signal) => {
      waiting.resolve();
      await once(signal, 'abort');
    });
    const server = await started(folder, { ...QUICK, onEvent }, { clock });
    process.kill(server.pid, 'SIGKILL');
    await until('back');
    process.kill(server.pid, 'SIGKILL');
    await waiting.promise;
    await server.stop();
    expect(kinds()).toEqual(['died', 'back', 'died']);
    await expect(query(server.connectionString, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('ends a restart that is under way, and leaves no server', async () => {
    const { onEvent, kinds } = story();
    const folder = await clusterFolder();
    const stopped = Promise.withResolvers<void>();
    let starts = 0;
    const server = await started(folder, {
      ...QUICK,
      onEvent,
      onProgress: (message) => {
        if (message === 'starting PostgreSQL' && ++starts === 2) stopped.resolve(server.stop());
      },
    });
    process.kill(server.pid, 'SIGKILL');
    await stopped.promise;
    expect(kinds()).toEqual(['died']);
    await expect(query(server.connectionString, 'select 1')).rejects.toThrow('ECONNREFUSED');
    expect(orphansOf(path.join(folder, 'postgres'))).toEqual([]);
    // The lock that is left, if one is, is that of the killed one.
    expect(serverState(path.join(folder, 'postgres')).kind).toBe('down');
  });

  it('ends a restart that has come as far as the lock, or further', async () => {
    const folder = await clusterFolder();
    const cluster = path.join(folder, 'postgres');
    const server = await started(folder, QUICK);
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(
      () => expect(serverState(cluster)).toMatchObject({ pid: expect.toSatisfy((pid) => pid !== killed) }),
      { interval: 1 },
    );
    await server.stop();
    expect(serverState(cluster).kind).toBe('down');
    await expect(query(server.connectionString, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a server that several programs use', () => {
  it('is restarted by one of them, and the others join', async () => {
    const { onEvent, until } = story();
    const folder = await clusterFolder();
    const program = otherProgram(folder);
    await program.outcome();
    const server = await started(folder, { ...QUICK, onEvent });
    expect(server.adopted).toBe(true);
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    expect(await until('died')).toMatchObject({ pid: killed, how: undefined });
    await Promise.all([until('back'), program.said('event: back')]);
    expect(server.pid).not.toBe(killed);
    // Both are users of the new one: the first to leave does not stop it.
    await program.end();
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('is restarted by one that adopted it, where the one that started it was killed', async () => {
    const { onEvent, until } = story();
    const folder = await clusterFolder();
    const program = otherProgram(folder);
    await program.outcome();
    const server = await started(folder, { ...QUICK, onEvent });
    await program.kill();
    process.kill(server.pid, 'SIGKILL');
    expect(await until('back')).toMatchObject({ adopted: false, pid: server.pid });
    expect(await query(server.localConnectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('keeps its address for the next start', async () => {
    const folder = scratchFolder();
    const first = await started(folder, QUICK);
    await first.stop();
    const second = await started(folder, QUICK);
    expect(second).toMatchObject({
      connectionString: first.connectionString,
      localConnectionString: first.localConnectionString,
    });
  });
});
