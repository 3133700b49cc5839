import { createServer } from 'node:http';

import { Pool } from 'pg';

import { originOf } from './origin.ts';

/**
 * The bare reference of ingest: node:http, a body parsed as JSON, and one multi-row INSERT for the requests that
 * gathered while two others are under way. No authentication, no profiles, no checks.
 */
const pool = new Pool({ connectionString: process.env['REFERENCE_DATABASE_URL'], max: 2 });
await pool.query('drop table if exists reference_event');
await pool.query(
  'create table reference_event (id uuid primary key default gen_random_uuid(), body jsonb not null)',
);

const waiting: { body: string; done: () => void }[] = [];
let inFlight = 0;

async function write(batch: readonly { body: string; done: () => void }[]): Promise<void> {
  await pool.query('insert into reference_event (body) select unnest($1::jsonb[])', [
    batch.map(({ body }) => body),
  ]);
  for (const { done } of batch) done();
  inFlight--;
  pump();
}

function pump(): void {
  while (waiting.length > 0 && inFlight < 2) {
    inFlight++;
    void write(waiting.splice(0, 500));
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
    waiting.push({ body, done: () => response.writeHead(202).end() });
    if (waiting.length === 1) setImmediate(pump);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ origin: originOf(server) });
});
process.on('SIGTERM', () => process.exit(0));
