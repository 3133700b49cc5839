import type { FastifyInstance, FastifyPluginAsync } from 'fastify';

import { setHolder } from '../access/index.ts';
import type { Authenticator } from '../access/index.ts';
import { failureOf } from '../platform/http/failure.ts';
import { sendHubError } from '../platform/http/hub-error.ts';

/**
 * The surface for systems that send events and data: `/uauth`, `/v4`, `/catalogs`, `/boxes-v2`. Everything in
 * `routes` is behind authentication; `publicRoutes` is not.
 */
export function hubSurface(
  authenticator: Authenticator,
  surface: { publicRoutes: readonly FastifyPluginAsync[]; routes: readonly FastifyPluginAsync[] },
): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(async (error, request, reply) => {
      const failure = failureOf(error);
      if (failure.status >= 500) request.log.error({ err: error, url: request.url }, failure.message);
      if (failure.status === 503) reply.header('retry-after', '1');
      return sendHubError(reply, failure.status, failure.message);
    });
    for (const routes of surface.publicRoutes) await app.register(routes);
    await app.register(async (behind) => {
      behind.addHook('onRequest', async (request, reply) => {
        const authentication = await authenticator.hub(request.headers.authorization);
        if (authentication.kind === 'refused') return sendHubError(reply, 401, authentication.message);
        setHolder(request, authentication.holder);
        return undefined;
      });
      for (const routes of surface.routes) await behind.register(routes);
    });
  };
}
