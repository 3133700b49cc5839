import type { FastifyPluginAsync } from 'fastify';
import { request } from 'undici';

import { ApiKeys, storeKey } from '../access/api-keys.ts';
import { Authenticator } from '../access/index.ts';
import type { Database } from '../platform/db/database.ts';
import { createHttpServer } from '../platform/http/server.ts';
import type { Platform } from '../platform/platform.ts';
import { hubSurface } from '../surfaces/hub.ts';
import { testDatabase } from './test-database.ts';
import { testPlatform, testWorkspace } from './test-platform.ts';

export interface HubAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  readonly json: unknown;
}

export interface HubRequest {
  readonly json?: unknown;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A workspace as its systems see it: requests with its API key. */
export interface HubClient {
  readonly workspaceId: string;
  send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: HubRequest,
  ): Promise<HubAnswer>;
}

export interface HubServer extends AsyncDisposable {
  readonly origin: string;
  readonly db: Database;
  readonly platform: Platform;
  /** The client of one workspace, and of another one that must not see it. */
  readonly mine: HubClient;
  readonly other: HubClient;
  /** `mine` through a second server on the same database. */
  readonly second: HubClient;
}

/** Serves routes of the hub at a port of this machine, behind its authentication and with a database of their own. */
export async function hubServer(
  routesOf: (platform: Platform) => readonly FastifyPluginAsync[],
): Promise<HubServer> {
  await using stack = new AsyncDisposableStack();
  const { db } = stack.use(await testDatabase());
  const platform = testPlatform(db);
  const listen = async (): Promise<string> => {
    const app = await createHttpServer(platform.log);
    const authenticator = new Authenticator(
      new ApiKeys(db, platform.secrets),
      platform.secrets,
      platform.clock,
    );
    await app.register(hubSurface(authenticator, { publicRoutes: [], routes: routesOf(platform) }));
    stack.defer(async () => await app.close());
    return await app.listen({ port: 0, host: '127.0.0.1' });
  };
  const [origin, secondOrigin] = [await listen(), await listen()];
  const clientOf = async (at: string, workspaceId: string): Promise<HubClient> => {
    const key = `key-of-${workspaceId}`;
    await storeKey(db, platform.secrets, { workspaceId, surface: 'hub', label: 'test', key });
    return {
      workspaceId,
      send: async (method, path, options = {}) => await send(at + path, method, key, options),
    };
  };
  const workspaceId = await testWorkspace(db);
  const mine = await clientOf(origin, workspaceId);
  const second = await clientOf(secondOrigin, workspaceId);
  const other = await clientOf(origin, await testWorkspace(db));
  const closing = stack.move();
  return {
    origin,
    db,
    platform,
    mine,
    other,
    second,
    [Symbol.asyncDispose]: async () => await closing.disposeAsync(),
  };
}

/** The form of an upload of a CSV file. */
export function csvForm(itemKey: string | undefined, csv: string | Buffer | undefined): HubRequest {
  const boundary = 'laurel-test-boundary';
  const part = (disposition: string, content: string | Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]);
  const body = Buffer.concat([
    ...(csv === undefined ? [] : [part('name="file"; filename="list.csv"', csv)]),
    ...(itemKey === undefined ? [] : [part('name="itemKey"', itemKey)]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

async function send(
  url: string,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  key: string,
  { json, body, headers }: HubRequest,
): Promise<HubAnswer> {
  const answer = await request(url, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? (body ?? null) : JSON.stringify(json),
  });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text,
    get json(): unknown {
      return JSON.parse(text) as unknown;
    },
  };
}
