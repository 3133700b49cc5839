import { startChild } from './child.ts';
import { load, median } from './load.ts';
import type { LoadResult } from './load.ts';
import { report } from './report.ts';
import { benchServer } from './server.ts';
import { usageOf, usageOfTree } from './usage.ts';

const CONNECTIONS = 64;
const EVENTS = 40_000;
const ROUNDS = 3;
const PEOPLE = 10_000;
/** Events in a request to /v4/events/batch: near its limit of 1,000. */
const BATCH = 500;
const BATCHES = 200;
const BATCH_CONNECTIONS = 4;

/**
 * Events a second over POST /v4/events/custom, in turn with the bare reference on the same database. The load generator
 * runs on the same cores.
 */
export async function benchIngest(): Promise<void> {
  await using server = await benchServer();
  await using reference = await startChild('reference-ingest.ts', {
    REFERENCE_DATABASE_URL: server.connectionString,
  });
  const batches: number[] = [];
  const runs: { it: LoadResult; bare: LoadResult; cpuUs: number; rssMb: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = cpuOf(server);
    const it = await load(server.origin, '/v4/events/custom', CONNECTIONS, EVENTS, (index) => ({
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: eventBody(index % PEOPLE),
      status: 202,
    }));
    const cpuUs = ((cpuOf(server) - before) * 1_000) / EVENTS;
    const rssMb = usageOf(server.pid).rssMb;
    const bare = await load(String(reference.ready.get('origin')), '/', CONNECTIONS, EVENTS, (index) => ({
      headers: { 'content-type': 'application/json' },
      body: eventBody(index % PEOPLE),
      status: 202,
    }));
    runs.push({ it, bare, cpuUs, rssMb });
    const batched = await load(server.origin, '/v4/events/batch', BATCH_CONNECTIONS, BATCHES, (index) => ({
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: batchBody(index),
      status: 202,
    }));
    batches.push(batched.rate * BATCH);
  }
  report(
    runs.map(({ it, bare, cpuUs, rssMb }, index) => ({
      name: `ingest, round ${index + 1}`,
      'events/s': it.rate,
      'p50 ms': it.p50,
      'p99 ms': it.p99,
      'CPU us/event (server + PostgreSQL)': cpuUs,
      'server RSS MB': rssMb,
      'reference/s': bare.rate,
      ratio: it.rate / bare.rate,
      'events/s through batches': batches[index] ?? Number.NaN,
    })),
  );
  process.stdout.write(
    `\nmedian: ${Math.round(median(runs.map(({ it }) => it.rate)))} events/s, ratio ${median(runs.map(({ it, bare }) => it.rate / bare.rate)).toFixed(2)}; ${Math.round(median(batches))} through batches of ${BATCH}\n`,
  );
}

function cpuOf(server: { pid: number; postgresPid: number }): number {
  return usageOf(server.pid).cpuMs + usageOfTree(server.postgresPid).cpuMs;
}

function batchBody(index: number): string {
  const events = Array.from({ length: BATCH }, (_, place) => ({
    ...event((index * BATCH + place) % PEOPLE),
    type: 'custom',
  }));
  return JSON.stringify(events);
}

function eventBody(person: number): string {
  return JSON.stringify(event(person));
}

function event(person: number): object {
  return {
    label: 'Certification acquired',
    action: 'certification.seen',
    client: { email: `person${person}@example.org` },
    params: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      certificationId: '0b6f3a1e-6f0a-4c56-9a55-0d3c1c1b7f11',
    },
  };
}
