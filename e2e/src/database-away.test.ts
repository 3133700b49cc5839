import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

import { expect, it } from 'vitest';

import { startEmbeddedPostgres } from '../../apps/server/src/platform/postgres/index.ts';
import { send, until } from './client.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';
import { acquired, counters, credentials, resultEvents, setUpUseCase } from './use-case.ts';

/** A way to a server that can be cut and mended, as a network can. */
async function cuttable(port: number) {
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((client) => {
    if (!open) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      // A cut connection is what this is for.
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut: () => {
      open = false;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      open = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it(
  'a database that goes away while running: 503, nothing acknowledged is lost, and all goes on when it is back',
  { timeout: 120_000 },
  async () => {
    using folder = temporaryFolder();
    const postgres = await startEmbeddedPostgres({ dataDir: `${folder.path}/database` });
    if (postgres.kind === 'failed') throw new Error(postgres.message);
    const way = await cuttable(Number(new URL(postgres.postgres.connectionString).port));
    const url = new URL(postgres.postgres.connectionString);
    url.port = String(way.port);
    const server = await startServerProcess({ dataDir: folder.path, env: { DATABASE_URL: url.toString() } });
    try {
      const useCase = await setUpUseCase(server.origin);
      const stop = new AbortController();
      const answers = new Map<string, number>();
      const people = async (name: string): Promise<void> => {
        for (let index = 0; !stop.signal.aborted; index++) {
          const email = `${name}${index}@example.org`;
          const event = { ...acquired(useCase), client: { email } };
          const { status } = await send('POST', `${server.origin}/v4/events/custom`, {
            headers: { ...useCase.hub },
            json: event,
          });
          answers.set(email, status);
        }
      };
      const load = Promise.all(['a', 'b', 'c', 'd'].map(people));
      const accepted = (): number => [...answers.values()].filter((status) => status === 202).length;
      await until(async () => (accepted() > 40 ? true : undefined));
      way.cut();
      await until(async () => ([...answers.values()].includes(503) ? true : undefined));
      const away = await send('GET', `${server.origin}/readyz`);
      expect(away).toMatchObject({
        status: 503,
        text: expect.stringContaining('the database cannot be reached'),
      });
      const refused = await send('POST', `${server.origin}/v4/events/custom`, {
        headers: { ...useCase.hub },
        json: acquired(useCase),
      });
      expect(refused).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
        text: expect.stringContaining('Nothing was stored'),
      });
      way.mend();
      const before = accepted();
      await until(async () => (accepted() > before + 20 ? true : undefined));
      stop.abort();
      await load;
      expect(new Set(answers.values())).toEqual(new Set([202, 503]));
      // What was answered 503 may have been committed in the moment of the cut; what was answered 202 must be there.
      const emails = [...answers].filter(([, status]) => status === 202).map(([email]) => email);
      for (const email of emails) {
        const [result] = await until(async () => {
          const events = await resultEvents(server.origin, useCase.hub, email);
          return events.length > 0 ? events : undefined;
        }, 60_000);
        // A request that met the issuer while its database was away was answered so, and that is its result.
        expect([200, 503]).toContain(Reflect.get(Object(result), 'status'));
      }
      const issued = await credentials(server.origin, useCase);
      expect(
        new Set(issued.map((credential) => JSON.stringify(Reflect.get(Object(credential), 'recipient'))))
          .size,
      ).toBe(issued.length);
      const [entered, executed] = (await counters(server.origin, useCase))['issue']?.split('/') ?? [];
      expect(Number(entered)).toBeGreaterThanOrEqual(emails.length);
      expect(executed).toBe(entered);
    } finally {
      await server.stop();
      way.close();
      await postgres.postgres.stop();
    }
  },
);
