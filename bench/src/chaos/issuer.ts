import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { originOf } from '../origin.ts';
import { HEALTHY, MANNERS } from './mix.ts';
import type { Manner, Mix, Truth } from './mix.ts';
import { randomOf } from './random.ts';

/**
 * An issuer that misbehaves by chance and never forgets: it speaks as much of Accredible's API as Laurel needs, and
 * issues another credential for each request that it takes, also for a person who has one. What it has issued is the
 * truth that the suite checks against; killing Laurel or its database does not touch it.
 */
const random = randomOf(Number(process.env['CHAOS_SEED']));
const SLOW_MS = { least: 50, most: 1_500 };
/** Between the time-out of 3 s and the moment at which a request is no longer taken to be under way, 5 s after it. */
const LATE_MS = { least: 3_100, most: 6_500 };

let mix: Mix = HEALTHY;
let lastId = 0;
const credentials = new Map<string, number[]>();
const requests = new Map<Manner, number>(MANNERS.map((manner) => [manner, 0]));

const server = createServer((request, response) => {
  // A client that goes away in the middle of a request is what the suite is about.
  handle(request, response).catch(() => response.destroy());
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await textOf(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  switch (`${request.method ?? ''} ${url.pathname}`) {
    case 'POST /v1/credentials':
      return await issue(JSON.parse(body), response);
    case 'GET /v1/all_credentials':
      return lookUp(url.searchParams.get('email') ?? '', response);
    case 'PUT /control/mix':
      mix = readMix(JSON.parse(body));
      return answer(response, 200, {});
    case 'GET /control/truth':
      return answer(response, 200, truth());
    default:
      return answer(response, 404, { error: 'Not found' });
  }
}

async function issue(body: unknown, response: ServerResponse): Promise<void> {
  const email = String(member(member(member(body, 'credential'), 'recipient'), 'email'));
  const manner = choose();
  requests.set(manner, (requests.get(manner) ?? 0) + 1);
  switch (manner) {
    case 'slow':
    case 'late': {
      const { least, most } = manner === 'slow' ? SLOW_MS : LATE_MS;
      await delay(random.between(least, most));
      return answer(response, 200, { credential: make(email) });
    }
    case 'prompt':
      return answer(response, 200, { credential: make(email) });
    case 'hang':
      make(email);
      return undefined;
    case 'drop-after':
      make(email);
      response.destroy();
      return undefined;
    case 'drop-before':
      response.destroy();
      return undefined;
    case 'refuse':
      return answer(response, 503, { errors: 'busy' });
  }
}

function lookUp(email: string, response: ServerResponse): void {
  if (random.next() < mix.lookUpsRefused) return answer(response, 503, { errors: 'busy' });
  const found = (credentials.get(email) ?? []).map((id) => shown(id, email));
  answer(response, 200, {
    credentials: found,
    meta: {
      current_page: 1,
      next_page: null,
      prev_page: null,
      total_pages: 1,
      total_count: found.length,
    },
  });
}

function choose(): Manner {
  const total = MANNERS.reduce((sum, manner) => sum + (mix.credentials[manner] ?? 0), 0);
  let left = random.next() * total;
  for (const manner of MANNERS) {
    left -= mix.credentials[manner] ?? 0;
    if (left < 0) return manner;
  }
  return 'prompt';
}

function make(email: string): object {
  const id = ++lastId;
  credentials.set(email, [...(credentials.get(email) ?? []), id]);
  return shown(id, email);
}

function shown(id: number, email: string): object {
  return { id, group_id: 7, url: `https://example.org/c/${id}`, recipient: { email } };
}

function truth(): Truth {
  return { credentials: Object.fromEntries(credentials), requests: Object.fromEntries(requests) };
}

function readMix(value: unknown): Mix {
  const weights = member(value, 'credentials');
  return {
    credentials: Object.fromEntries(MANNERS.map((manner) => [manner, Number(member(weights, manner) ?? 0)])),
    lookUpsRefused: Number(member(value, 'lookUpsRefused') ?? 0),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.listen(0, '127.0.0.1', () => {
  process.send?.({ origin: originOf(server) });
});
process.on('disconnect', () => process.exit(0));
