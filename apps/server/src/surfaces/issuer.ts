import type { FastifyInstance, FastifyPluginAsync } from 'fastify';

import { setHolder } from '../access/index.ts';
import type { Authenticator } from '../access/index.ts';
import { failureOf } from '../platform/http/failure.ts';

/**
 * The surface for Accredible's clients: `/v1`, `/v2`. A refused key is answered in plain text, as Rails does it;
 * every other error is `{"errors": …}`.
 */
export function issuerSurface(
  authenticator: Authenticator,
  routes: readonly FastifyPluginAsync[],
): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(async (error, request, reply) => {
      const failure = failureOf(error);
      if (failure.status >= 500) request.log.error({ err: error, url: request.url }, failure.message);
      if (failure.status === 503) reply.header('retry-after', '1');
      return reply
        .code(failure.status)
        .send({ errors: failure.status === 500 ? 'Internal server error' : failure.message });
    });
    // Clients send a Content-Type of JSON with an empty body, on a DELETE for instance.
    const parseJson = app.getDefaultJsonParser('error', 'error');
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
      if (body === '') done(null, undefined);
      else void parseJson(request, String(body), done);
    });
    app.addHook('onRequest', async (request, reply) => {
      const authentication = await authenticator.issuer(request.headers.authorization);
      if (authentication.kind === 'refused') {
        return reply
          .code(401)
          .header('www-authenticate', 'Token realm="Application"')
          .type('text/plain')
          .send(`${authentication.message}\n`);
      }
      setHolder(request, authentication.holder);
      return undefined;
    });
    for (const plugin of routes) await app.register(plugin);
  };
}
