import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'pg';

/**
 * The bare reference of ingest: node:http, a body parsed as JSON, and one multi-row INSERT for the requests that
 * gathered while two others are under way. No authentication, no profiles, no checks.
 */
const pool = new Pool({ connectionString: process.env['REFERENCE_DATABASE_URL'], max: 2 });
await pool.query('drop table if exists reference_event');
await pool.query(
  'create table reference_event (id uuid primary key default gen_random_uuid(), body jsonb not null)',
);

let waiting: { body: string; done: () => void }[] = [];
let inFlight = 0;

function pump(): void {
  while (waiting.length > 0 && inFlight < 2) {
    const batch = waiting.splice(0, 500);
    inFlight++;
    void pool
      .query('insert into reference_event (body) select unnest($1::jsonb[])', [batch.map(({ body }) => body)])
      .then(() => {
        for (const { done } of batch) done();
        inFlight--;
        pump();
      });
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
  const { port } = server.address() as AddressInfo;
  process.send?.({ origin: `http://127.0.0.1:${port}` });
});
process.on('SIGTERM', () => process.exit(0));
