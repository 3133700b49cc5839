import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';
import { request } from 'undici';

import { startChild } from './child.ts';
import { load, median, quantile } from './load.ts';
import type { LoadResult } from './load.ts';
import { report } from './report.ts';
import { benchServer } from './server.ts';
import type { BenchServer } from './server.ts';
import { usageOf, usageOfTree } from './usage.ts';

const CONNECTIONS = 64;
const CREDENTIALS = 20_000;
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const RESULT_EVENT = 'accredible.userSent';

/**
 * Credentials a second from the event to the settled step, at a stub issuer on loopback; everything of the use case is
 * on. In turn with a bare loop of undici POSTs to the same stub. Load generator and stub run on the same cores.
 */
export async function benchPipeline(): Promise<void> {
  await using server = await benchServer();
  await using stub = await startChild('stub-issuer.ts', {});
  const stubOrigin = String(stub.ready.get('origin'));
  const workflowId = await setUp(server, stubOrigin);
  const rows = [];
  let settledBefore = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = { server: usageOf(server.pid).cpuMs, postgres: usageOfTree(server.postgresPid).cpuMs };
    const began = performance.now();
    await load(server.origin, '/v4/events/custom', CONNECTIONS, CREDENTIALS, (index) => ({
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: eventBody(round * CREDENTIALS + index),
      status: 202,
    }));
    const ingested = performance.now();
    settledBefore = await untilSettled(server, workflowId, settledBefore + CREDENTIALS);
    const seconds = (performance.now() - began) / 1_000;
    const serverCpu = usageOf(server.pid).cpuMs - before.server;
    const postgresCpu = usageOfTree(server.postgresPid).cpuMs - before.postgres;
    const rssMb = usageOf(server.pid).rssMb;
    const bare = await bareLoop(stubOrigin);
    const latency = await latencies(server, workflowId);
    rows.push({
      name: `pipeline, round ${round + 1}`,
      'credentials/s': CREDENTIALS / seconds,
      'ingested after s': (ingested - began) / 1_000,
      'event to result p50 ms': quantile(latency, 0.5),
      'p99 ms': quantile(latency, 0.99),
      'CPU us/credential: server': (serverCpu * 1_000) / CREDENTIALS,
      PostgreSQL: (postgresCpu * 1_000) / CREDENTIALS,
      'server RSS MB': rssMb,
      'bare POSTs/s': bare.rate,
      ratio: CREDENTIALS / seconds / bare.rate,
    });
  }
  report(rows);
  process.stdout.write(
    `\nmedian: ${Math.round(median(rows.map((row) => row['credentials/s'])))} credentials/s, ratio ${median(rows.map(({ ratio }) => ratio)).toFixed(3)}\n`,
  );
}

function eventBody(index: number): string {
  return JSON.stringify({
    label: 'Certification acquired',
    action: 'certification.acquired',
    client: { email: `person${index}@example.org` },
    params: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      certificationId: '0b6f3a1e-6f0a-4c56-9a55-0d3c1c1b7f11',
    },
  });
}

/** The use case: catalog, connection, workflow. Answers the workflow's id. */
async function setUp(server: BenchServer, stubOrigin: string): Promise<string> {
  const documents = [
    {
      kind: 'Catalog',
      metadata: { name: 'certificationList' },
      spec: {
        keyColumn: 'syneriseID',
        csv: 'syneriseID,accredibleid\n0b6f3a1e-6f0a-4c56-9a55-0d3c1c1b7f11,7\n',
      },
    },
    {
      kind: 'Connection',
      metadata: { name: 'Issuer' },
      spec: { authentication: 'token', prefix: 'Token token=', token: 'key' },
    },
    {
      kind: 'Workflow',
      metadata: { name: 'Issue' },
      spec: { definition: definition(`${stubOrigin}/v1/credentials`) },
    },
  ];
  const answer = await request(`${server.origin}/api/apply`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ documents }),
  });
  const body: unknown = await answer.body.json();
  const results: unknown = Reflect.get(Object(body), 'results');
  const workflow: unknown = Array.isArray(results) ? results.at(-1) : undefined;
  if (answer.statusCode !== 200) throw new Error(JSON.stringify(body));
  return String(Reflect.get(Object(workflow), 'id'));
}

function definition(url: string): object {
  const body = `{"credential":{"recipient":{"name":"{{ event.params.firstName }} {{ event.params.lastName }}","email":"{% customer email %}"},"group_id":"{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{% set object = catalog_result %}{{ object.get('accredibleid')}}{% endcatalogitem %}"}}`;
  return {
    format: '2026-11-24',
    nodes: [
      {
        id: 'acquired',
        type: 'profile-event',
        title: 'Acquired',
        settings: { event: 'certification.acquired' },
        outputs: { next: 'issue' },
      },
      {
        id: 'issue',
        type: 'outgoing-integration',
        title: 'Issue',
        settings: {
          connection: 'Issuer',
          webhookName: 'Accredible',
          webhookEvent: { name: RESULT_EVENT },
          url,
          headers: [{ name: 'Content-Type', value: 'application/json' }],
          body,
        },
        outputs: { next: 'end' },
      },
      { id: 'end', type: 'end', title: 'End' },
    ],
  };
}

/** Waits until the statistics count so many settled steps; answers the count. */
async function untilSettled(server: BenchServer, workflowId: string, count: number): Promise<number> {
  for (;;) {
    const answer = await request(`${server.origin}/api/workflows/${workflowId}/statistics`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    const body: unknown = await answer.body.json();
    const total: unknown = Reflect.get(Object(body), 'total');
    const node: unknown = Array.isArray(total)
      ? total.find((row: unknown) => Reflect.get(Object(row), 'nodeId') === 'issue')
      : undefined;
    const succeeded = Number(Reflect.get(Object(node), 'succeeded') ?? 0);
    if (Number(Reflect.get(Object(node), 'failed') ?? 0) > 0) throw new Error('a step failed');
    if (succeeded >= count) return succeeded;
    await delay(50);
  }
}

async function bareLoop(stubOrigin: string): Promise<LoadResult> {
  const body = JSON.stringify({
    credential: { recipient: { name: 'Ada Lovelace', email: 'ada@example.org' }, group_id: '7' },
  });
  const headers = { authorization: 'Token token=key', 'content-type': 'application/json' };
  return await load(stubOrigin, '/v1/credentials', CONNECTIONS, CREDENTIALS, () => ({
    body,
    headers,
    status: 200,
  }));
}

/** From the receipt of the event to the end of the run, of the newest runs, in milliseconds. */
async function latencies(server: BenchServer, workflowId: string): Promise<number[]> {
  const client = new Client({ connectionString: server.connectionString });
  await client.connect();
  const { rows } = await client.query<{ ms: string }>(
    `select extract(epoch from ended_at - started_at) * 1000 as ms from run
     where workflow_id = $1 order by started_at desc limit $2`,
    [workflowId, CREDENTIALS],
  );
  await client.end();
  return rows.map(({ ms }) => Number(ms));
}
