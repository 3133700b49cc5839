import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { isAlive } from './process-identity.ts';
import { query } from './testing/database.ts';
import { childrenOf, processGroupOf } from './testing/processes.ts';
import { clusterFolder, launched, openFolder, QUICK, scratchFolder, started } from './testing/scratch.ts';

describe('the embedded PostgreSQL', () => {
  it('starts, keeps its data over a restart, and leaves no process behind', async () => {
    const folder = path.join(openFolder(), 'made', 'by it');
    const told: string[] = [];
    const first = await started(folder, { ...QUICK, onProgress: (message) => told.push(message) });
    expect(told).toEqual(['creating the database cluster', 'starting PostgreSQL']);
    expect(first).toMatchObject({ adopted: false, version: expect.stringMatching(/^18\.\d+$/) });
    await query(first.connectionString, "create table t as select 'ž' as x");
    const children = childrenOf(first.pid);
    expect(children.length).toBeGreaterThan(3);
    // A session and process group of its own: Ctrl+C in the terminal does not reach it.
    expect(processGroupOf(first.pid)).toBe(first.pid);
    await Promise.all([first.stop(), first.stop()]);
    expect([first.pid, ...children].filter(isAlive)).toEqual([]);

    const again: string[] = [];
    const second = await started(folder, { ...QUICK, onProgress: (message) => again.push(message) });
    expect(again).toEqual(['starting PostgreSQL']);
    expect(await query(second.connectionString, 'select x from t')).toEqual([{ x: 'ž' }]);
  });

  it('keeps commits durable, pages checked and itself to loopback, whatever else is set', async () => {
    const settings = {
      synchronous_commit: 'off',
      listen_addresses: '*',
      unix_socket_directories: '/tmp',
      port: '1',
      work_mem: '5MB',
    };
    const folder = scratchFolder();
    const { connectionString } = await started(folder, { settings });
    const effective = {
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      data_checksums: 'on',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: `"${path.join(folder, 'postgres-socket')}"`,
      password_encryption: 'scram-sha-256',
      shared_buffers: '128MB',
      wal_compression: 'pglz',
      work_mem: '5MB',
    };
    for (const [name, setting] of Object.entries(effective)) {
      expect([name, await query(connectionString, `show ${name}`)]).toEqual([name, [{ [name]: setting }]]);
    }
    const [database] = await query(
      connectionString,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale
       from pg_database where datname = current_database()`,
    );
    expect(database).toEqual({ encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8' });
  });

  it('keeps a random password in a file that only its user reads, and takes no other', async () => {
    const folders = [scratchFolder(), await clusterFolder()];
    const [one, two] = await Promise.all(folders.map(async (folder) => await started(folder, QUICK)));
    const passwords = folders.map((folder) =>
      readFileSync(path.join(folder, 'postgres-password'), 'utf8').trim(),
    );
    expect(passwords[0]).not.toBe(passwords[1]);
    expect(passwords[0]).toMatch(/^[\w-]{32}$/);
    for (const name of ['postgres-password', 'postgres.log']) {
      expect(statSync(path.join(folders[0]!, name)).mode & 0o777).toBe(0o600);
    }
    const url = new URL(one!.connectionString);
    expect(url.password).toBe(passwords[0]);
    url.password = passwords[1]!;
    await expect(query(url.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    // Two servers at once, each on a port of its own.
    expect(await query(two!.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(new URL(two!.connectionString).port).not.toBe(url.port);
  });

  it('is reached by a socket that only its user may enter, where there is one', async () => {
    const folder = path.join(openFolder(), `it's "a", b`);
    const { connectionString, localConnectionString } = await started(folder, QUICK);
    const url = new URL(localConnectionString);
    expect(url.port).toBe(new URL(connectionString).port);
    expect(url.searchParams.get('host')).toBe(path.join(folder, 'postgres-socket'));
    expect(statSync(path.join(folder, 'postgres-socket')).mode & 0o777).toBe(0o700);
    const who = 'select inet_server_addr() is null as socket from pg_sleep(0)';
    expect(await query(localConnectionString, who)).toEqual([{ socket: true }]);
    expect(await query(connectionString, who)).toEqual([{ socket: false }]);
  });

  it('is reached by its port alone where there can be no socket', async () => {
    const folder = await clusterFolder();
    const socketFolder = path.join(folder, 'postgres-socket');
    const port = readFileSync(path.join(folder, 'postgres-port'), 'utf8').trim();
    // What PostgreSQL cannot replace, then a file where the folder should be.
    mkdirSync(path.join(socketFolder, `.s.PGSQL.${port}`));
    const first = await started(folder, QUICK);
    expect(first.localConnectionString).toBe(first.connectionString);
    expect(readFileSync(path.join(folder, 'postgres.log'), 'utf8')).toContain('could not create any Unix');
    await first.stop();
    rmSync(socketFolder, { recursive: true });
    writeFileSync(socketFolder, 'in the way');
    const second = await started(folder, QUICK);
    expect(second.localConnectionString).toBe(second.connectionString);
    expect(await query(second.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('overcomes the lock of a socket whose number went to another program', async () => {
    const folder = await clusterFolder();
    const first = await started(folder, QUICK);
    await first.stop();
    const port = new URL(first.connectionString).port;
    const lock = path.join(folder, 'postgres-socket', `.s.PGSQL.${port}.lock`);
    writeFileSync(lock, `${process.ppid}\n/elsewhere\n1700000000\n${port}\n\n`);
    expect(await started(folder, QUICK)).toMatchObject({ adopted: false });
  });

  it('takes a data folder whose path is longer than that of a socket may be, with spaces and quotes in it', async () => {
    const folder = path.join(openFolder(), `it's "a" long $PATH; ${'x'.repeat(110)}`, 'data');
    const { connectionString, localConnectionString } = await started(folder, QUICK);
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(localConnectionString).toBe(connectionString);
  });

  it('says at once why a setting keeps it from starting, with its own words', async () => {
    const settings = { shared_buffers: 'lots', fsync: 'off' };
    const outcome = await launched(await clusterFolder(), { settings });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'start-failed' });
    expect(outcome).toMatchObject({
      message: expect.stringContaining('invalid value for parameter "shared_buffers"'),
    });
    expect(outcome).toMatchObject({ message: expect.stringContaining('postgres.log') });
  });

  it('says what to do about a data folder that cannot be one', async () => {
    const file = path.join(scratchFolder(), 'file');
    writeFileSync(file, '');
    for (const folder of [file, path.join(file, 'data')]) {
      const outcome = await launched(folder);
      expect(outcome).toMatchObject({ kind: 'failed', code: 'data-dir-not-writable' });
      expect(outcome).toMatchObject({ message: expect.stringMatching(/file.*LAUREL_DATA_DIR/) });
    }
  });

  it('puts a large log aside', async () => {
    const folder = await clusterFolder();
    writeFileSync(path.join(folder, 'postgres.log'), Buffer.alloc(17 * 1024 * 1024, 'x'));
    await started(folder, QUICK);
    expect(statSync(path.join(folder, 'postgres.log.1')).size).toBe(17 * 1024 * 1024);
    expect(readFileSync(path.join(folder, 'postgres.log'), 'utf8')).toContain('ready to accept connections');
  });
});
