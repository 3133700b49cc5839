import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { isAlive } from './process-identity.ts';
import { query } from './testing/database.ts';
import { childrenOf, otherProgram } from './testing/processes.ts';
import { clusterFolder, launched, QUICK, scratchFolder, started } from './testing/scratch.ts';

function halfMade(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('postgres-new-'));
}

describe('a cluster', () => {
  it('is made anew where kill -9 interrupted its making', async () => {
    const folder = scratchFolder();
    const program = otherProgram(folder);
    await program.said('creating the database cluster');
    await vi.waitFor(() => {
      const [name = ''] = halfMade(folder);
      expect(existsSync(path.join(folder, name, 'cluster', 'PG_VERSION'))).toBe(true);
    });
    const initdb = childrenOf(program.child.pid ?? 0);
    await program.kill();
    for (const pid of initdb) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    expect(halfMade(folder).length).toBe(1);
    expect(existsSync(path.join(folder, 'postgres'))).toBe(false);

    const server = await started(folder, QUICK);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(halfMade(folder)).toEqual([]);
  });

  it('is not disturbed in its making by another start, whose leftovers alone are removed', async () => {
    const folder = await clusterFolder();
    const [gone, living] = ['postgres-new-999999999-ab', `postgres-new-${process.ppid}-ab`];
    for (const name of [gone, living]) mkdirSync(path.join(folder, name, 'cluster'), { recursive: true });
    await started(folder, QUICK);
    expect(halfMade(folder)).toEqual([living]);
  });

  it('is made in an empty folder of its name', async () => {
    const folder = scratchFolder();
    mkdirSync(path.join(folder, 'postgres'));
    expect(await started(folder, QUICK)).toMatchObject({ adopted: false });
  });

  it('is refused and left as it is where it is none, or only parts of one, or of another version', async () => {
    const complete = await clusterFolder();
    const cases = [
      { code: 'not-a-cluster', change: (file: string) => writeFileSync(file, 'mine') },
      {
        code: 'not-a-cluster',
        change: (file: string) => {
          mkdirSync(file);
          writeFileSync(path.join(file, 'mine.txt'), 'mine');
        },
      },
      {
        code: 'not-a-cluster',
        change: (file: string) => {
          cpSync(path.join(complete, 'postgres'), file, { recursive: true });
          rmSync(path.join(file, 'global', 'pg_control'));
        },
      },
      {
        code: 'other-version',
        // Both versions are named.
        says: /PostgreSQL 16\b.*PostgreSQL 18\b/,
        change: (file: string) => {
          cpSync(path.join(complete, 'postgres'), file, { recursive: true });
          writeFileSync(path.join(file, 'PG_VERSION'), '16\n');
        },
      },
    ];
    for (const { code, says = /complete/, change } of cases) {
      const folder = scratchFolder();
      const cluster = path.join(folder, 'postgres');
      change(cluster);
      const before = readdirSync(folder, { recursive: true });
      const outcome = await launched(folder, QUICK);
      expect(outcome).toMatchObject({ kind: 'failed', code, message: expect.stringContaining(cluster) });
      expect(outcome).toMatchObject({ message: expect.stringContaining('LAUREL_DATA_DIR') });
      expect(outcome).toMatchObject({ message: expect.stringMatching(says) });
      expect(readdirSync(folder, { recursive: true })).toEqual(before);
    }
  });

  it('gets a new password where the kept one is gone', async () => {
    const folder = await clusterFolder();
    const file = path.join(folder, 'postgres-password');
    const old = readFileSync(file, 'utf8');
    rmSync(file);
    const server = await started(folder, QUICK);
    expect(readFileSync(file, 'utf8')).not.toBe(old);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('does not take another password; the message says how to set a new one, and no server stays behind', async () => {
    const folder = await clusterFolder();
    const file = path.join(folder, 'postgres-password');
    writeFileSync(file, 'another\n');
    const outcome = await launched(folder, QUICK);
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'password-rejected',
      message: expect.stringContaining(file),
    });
    expect(existsSync(path.join(folder, 'postgres', 'postmaster.pid'))).toBe(false);
    rmSync(file);
    expect(await started(folder, QUICK)).toMatchObject({ adopted: false });
  });
});
