import { randomBytes } from 'node:crypto';

import { Client } from 'pg';

import { Signal } from '../platform/signal.ts';

/** Clones that lie ready: a test takes as long as it takes to make one or two. */
const READY = 3;
const TAKEN = 'spare_database_taken';
/** Of nothing but a lost message. */
const LOOK_AGAIN_MS = 1_000;

export function testDatabaseName(): string {
  return `test_${randomBytes(8).toString('hex')}`;
}

export async function cloneTemplate(admin: Client, template: string, name: string): Promise<void> {
  await admin.query(`create database ${name} template ${template} strategy file_copy`);
}

/**
 * Keeps clones of the template ready while tests run: making one takes 0.2 to 0.8 s, mostly of another core than that of
 * the test.
 */
export async function keepSpares(server: string, template: string): Promise<AsyncDisposable> {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  const taken = new Signal();
  admin.on('notification', () => taken.raise());
  await admin.query(
    `create table if not exists spare_database (name text primary key, template text not null)`,
  );
  await admin.query(`listen ${TAKEN}`);
  const stopping = new AbortController();
  const spares = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ name: string }>(
      'select name from spare_database where template = $1',
      [template],
    );
    return rows.map(({ name }) => name);
  };
  const keeping = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if ((await spares()).length >= READY) {
        await taken.wait(LOOK_AGAIN_MS);
        continue;
      }
      const name = testDatabaseName();
      await cloneTemplate(admin, template, name);
      await admin.query('insert into spare_database (name, template) values ($1, $2)', [name, template]);
    }
  })();
  // Where it fails, tests make databases of their own; why it did is heard at the end of the run.
  keeping.catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      taken.raise();
      await keeping;
      for (const name of await spares()) await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query('delete from spare_database where template = $1', [template]);
      await admin.end();
    },
  };
}

/** Takes a clone that lies ready; undefined where there is none at the moment. */
export async function takeSpare(admin: Client, template: string): Promise<string | undefined> {
  const { rows } = await admin.query<{ name: string }>(
    `delete from spare_database where name = (
       select name from spare_database where template = $1 limit 1 for update skip locked) returning name`,
    [template],
  );
  await admin.query(`notify ${TAKEN}`);
  return rows[0]?.name;
}
