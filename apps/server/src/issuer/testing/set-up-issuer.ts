// oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-member-access -- tests look into answers of any shape
import type { FastifyInstance } from 'fastify';

import { ApiKeys, Authenticator, firstBoot } from '../../access/index.ts';
import { createHttpServer } from '../../platform/http/server.ts';
import { issuerSurface } from '../../surfaces/issuer.ts';
import { testDatabase } from '../../testing/test-database.ts';
import { TestClock, testPlatform } from '../../testing/test-platform.ts';
import { issuerSurfaceOf } from '../index.ts';

export const KEY = 'issuer-key-of-the-test';
export const ORIGIN = 'http://127.0.0.1:8321';

/** An issuer behind its HTTP surface, on a database of its own. */
export async function setUpIssuer() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const clock = new TestClock('2026-11-24T12:00:00Z');
  const platform = testPlatform(database.db, clock);
  const { workspaceId } = await firstBoot(database.db, platform.secrets, {
    workspaceGuid: undefined,
    workspaceName: 'Example Academy',
    apiKey: undefined,
    issuerKey: KEY,
  });
  const authenticator = new Authenticator(
    new ApiKeys(database.db, platform.secrets),
    platform.secrets,
    clock,
  );
  const issuer = issuerSurfaceOf({ platform, publicUrl: () => ORIGIN });
  const app = await createHttpServer(platform.log);
  await app.register(issuerSurface(authenticator, issuer.routes));
  for (const routes of issuer.publicRoutes) await app.register(routes);
  stack.defer(async () => await app.close());
  const send = sender(app);
  const group = async (more: object = {}) =>
    Number(
      (
        await send('POST', '/v1/issuer/groups', {
          group: { name: 'G', course_name: 'Course', course_description: 'Text', ...more },
        })
      ).json.group.id,
    );
  return {
    db: database.db,
    connectionString: database.connectionString,
    platform,
    workspaceId,
    app,
    clock,
    send,
    group,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into answers of any shape
type Json = any;

function sender(app: FastifyInstance) {
  return async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    authorization = `Token token=${KEY}`,
  ) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization },
      ...(body && { payload: body }),
    });
    const json: Json = answer.headers['content-type']?.toString().includes('json')
      ? answer.json()
      : undefined;
    return { status: answer.statusCode, json, text: answer.body, headers: answer.headers };
  };
}

/** The body of a request for a credential of Ada Lovelace. */
export const ada = (groupId: unknown, more: object = {}) => ({
  credential: { recipient: { name: 'Ada Lovelace', email: 'Ada@Example.org' }, group_id: groupId, ...more },
});
