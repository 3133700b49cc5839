import { Client } from 'pg';
import { onTestFinished } from 'vitest';

/** A session that a test may see broken. */
export async function session(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  // What breaks is seen by the query that meets it.
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(async () => await client.end());
  return client;
}

/** The rows of one statement, in a session of its own. */
export async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
