import { endpoints, loginEndpoints, openApi } from '@laurel/contract';
import { definitionJsonSchema, segmentConditionJsonSchema } from '@laurel/workflow';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { setHolder } from '../access/index.ts';
import type { ApiAuthenticator } from '../access/index.ts';
import { failureOf } from '../platform/http/failure.ts';
import { mount } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import { sendProblem } from '../platform/http/problem.ts';
import { FOREIGN_ORIGIN } from './api-access.ts';

/** `laurel apply` sends its catalogs within the documents. */
const BODY_LIMIT = 16 * 1024 * 1024;

/** The surface for the console, the command line and other programs: `/api`, errors as RFC 9457 problems. */
export function apiSurface(
  authenticator: ApiAuthenticator,
  handlers: Handlers<typeof endpoints>,
  login: Handlers<typeof loginEndpoints>,
): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(async (error, request, reply) => {
      const { status, code, message } = failureOf(error);
      if (status >= 500) request.log.error({ err: error, url: request.url }, message);
      if (status === 503) reply.header('retry-after', '1');
      return sendProblem(reply, { status, code, title: message });
    });
    const tables = { authenticated: endpoints, open: loginEndpoints };
    app.get('/api/openapi.json', async () => openApi(tables, { title: 'Laurel', version: '0.1.0' }));
    app.get('/api/workflow-definition.schema.json', async () => definitionJsonSchema());
    app.get('/api/segment-condition.schema.json', async () => segmentConditionJsonSchema());
    await app.register(async (open) => {
      open.addHook('onRequest', keepFromCaches);
      mount(open, loginEndpoints, login);
    });
    await app.register(async (behind) => {
      behind.addHook('onRequest', keepFromCaches);
      behind.addHook('onRequest', async (request, reply) => {
        const authentication = await authenticator.authenticate(request);
        switch (authentication.kind) {
          case 'refused':
            return sendProblem(reply, {
              status: 401,
              code: 'unauthenticated',
              title: authentication.message,
            });
          case 'foreign-origin':
            return sendProblem(reply, FOREIGN_ORIGIN);
          case 'authenticated':
            setHolder(request, authentication.holder);
            return undefined;
        }
      });
      mount(behind, endpoints, handlers, { bodyLimit: BODY_LIMIT });
    });
  };
}

/** An answer is for whoever asked: a cache between them does not know the cookie. */
async function keepFromCaches(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store');
}
