import { createServer } from 'node:http';

import { Pool } from 'pg';
import { Pool as HttpPool } from 'undici';

import { originOf } from './origin.ts';

/**
 * The bare reference of the pipeline: the least SQL that loses nothing. An event and its job by one statement for the
 * requests that gathered; a lease of many jobs; a POST for each; and one statement that ends jobs, stores results and
 * counts. No authentication, profiles, templates, intents, steps, ledger or system events.
 */
const pool = new Pool({ connectionString: process.env['REFERENCE_DATABASE_URL'], max: 6 });
const stub = new HttpPool(String(process.env['STUB_ORIGIN']), { connections: 64, pipelining: 1 });
await pool.query(`
  drop table if exists reference_run_event, reference_run_job, reference_run_result, reference_run_count;
  create table reference_run_event (id bigint generated always as identity primary key, body jsonb not null);
  create table reference_run_job (id bigint primary key, body jsonb not null, leased_until timestamptz not null default '-infinity');
  create table reference_run_result (id bigint primary key, status integer not null, response jsonb not null);
  create table reference_run_count (minute timestamptz primary key, finished bigint not null)`);

const LEASE = 200;
const INGEST = `
  with e as (insert into reference_run_event (body) select unnest($1::jsonb[]) returning id, body)
  insert into reference_run_job (id, body) select id, body from e`;
const CLAIM = `
  update reference_run_job j set leased_until = now() + interval '10 s'
  from (select id from reference_run_job where leased_until < now() order by id limit ${LEASE} for update skip locked) due
  where j.id = due.id returning j.id, j.body`;
const FINISH = `
  with done as (delete from reference_run_job where id = any($1::bigint[])),
    stored as (insert into reference_run_result select * from unnest($1::bigint[], $2::integer[], $3::jsonb[]))
  insert into reference_run_count as c values (date_trunc('minute', now()), cardinality($1::bigint[]))
  on conflict (minute) do update set finished = c.finished + excluded.finished`;

const waiting: { body: string; done: () => void }[] = [];
let writing = 0;
let stored = 0;
let finished = 0;
/** While it has nothing to do it leaves the database alone: what it is compared with is measured meanwhile. */
let wake = Promise.withResolvers<void>();

async function write(batch: readonly { body: string; done: () => void }[]): Promise<void> {
  await pool.query(INGEST, [batch.map(({ body }) => body)]);
  for (const { done } of batch) done();
  stored += batch.length;
  wake.resolve();
  wake = Promise.withResolvers<void>();
  writing--;
  pump();
}

function pump(): void {
  while (waiting.length > 0 && writing < 2) {
    writing++;
    void write(waiting.splice(0, 500));
  }
}

interface JobRow {
  readonly id: string;
  readonly body: {
    readonly params: Readonly<Record<string, unknown>>;
    readonly client: { readonly email: string };
  };
}

async function post({ id, body }: JobRow): Promise<{ id: string; status: number; response: string }> {
  const name = `${String(body.params['firstName'])} ${String(body.params['lastName'])}`;
  const answer = await stub.request({
    path: '/v1/credentials',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credential: { recipient: { name, email: body.client.email }, group_id: '7' } }),
  });
  return { id, status: answer.statusCode, response: await answer.body.text() };
}

async function work(): Promise<never> {
  for (;;) {
    const { rows } = await pool.query<JobRow>(CLAIM);
    if (rows.length === 0) {
      if (finished < stored) await new Promise((resolve) => setTimeout(resolve, 2));
      else await wake.promise;
      continue;
    }
    const results = await Promise.all(rows.map(post));
    await pool.query(FINISH, [
      results.map(({ id }) => id),
      results.map(({ status }) => status),
      results.map(({ response }) => response),
    ]);
    finished += results.length;
  }
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ finished }));
    return;
  }
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
// Two at once: while one waits for its answers, the other prepares.
await Promise.race([work(), work()]);
