import type { FastifyPluginAsync } from 'fastify';

import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import type { ApiKeys } from './api-keys.ts';
import { signLoginToken } from './login-token.ts';

/** `POST /uauth/v2/auth/login/profile` and its older twin: a workspace API key for a token. Source: Synerise's clients. */
export function loginRoutes(platform: Platform, keys: ApiKeys): FastifyPluginAsync {
  return async (app) => {
    for (const path of ['/uauth/v2/auth/login/profile', '/v4/auth/login/profile']) {
      app.post(path, async (request, reply) => {
        const body: unknown = request.body;
        const apiKey =
          typeof body === 'object' && body !== null && 'apiKey' in body ? body.apiKey : undefined;
        if (typeof apiKey !== 'string' || apiKey === '') {
          return sendHubError(reply, 400, 'apiKey must be the API key of a workspace', [
            { field: 'apiKey', message: 'must be a non-empty string' },
          ]);
        }
        const holder = await keys.find('hub', apiKey);
        if (holder === undefined) return sendHubError(reply, 401, 'There is no such API key.');
        return reply.send({
          token: await signLoginToken(platform.secrets.tokenKey, platform.clock, holder.keyId),
        });
      });
    }
  };
}
