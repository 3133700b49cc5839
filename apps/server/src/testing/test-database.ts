import { Client } from 'pg';
import { inject } from 'vitest';

import { openDatabase } from '../platform/db/database.ts';
import type { Database, OpenDatabase } from '../platform/db/database.ts';
import { cloneTemplate, takeSpare, testDatabaseName } from './spare-databases.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A connection string to the server of this test run; its `postgres` database is for administration. */
    testServer: string;
    /** The name of a migrated database that tests clone. */
    testTemplate: string;
  }
}

export interface TestDatabase extends OpenDatabase, AsyncDisposable {
  readonly connectionString: string;
  /** The same database, as what works on batches has it. */
  readonly batches: Database;
}

/** A migrated database of the test's own, dropped when it goes out of scope. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = await freshDatabase();
  const url = new URL(inject('testServer'));
  url.pathname = `/${name}`;
  const connectionString = url.toString();
  const open = openDatabase(connectionString);
  const batches = openDatabase(connectionString, { planning: 'by-key' });
  return {
    ...open,
    connectionString,
    batches: batches.db,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([open.close(), batches.close()]);
      const last = new Client({ connectionString: inject('testServer') });
      await last.connect();
      await last.query(`drop database if exists ${name} with (force)`);
      await last.end();
    },
  };
}

async function freshDatabase(): Promise<string> {
  const template = inject('testTemplate');
  const admin = new Client({ connectionString: inject('testServer') });
  await admin.connect();
  try {
    const spare = await takeSpare(admin, template);
    if (spare !== undefined) return spare;
    const name = testDatabaseName();
    await cloneTemplate(admin, template, name);
    return name;
  } finally {
    await admin.end();
  }
}
