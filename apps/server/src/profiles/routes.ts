import type { FastifyPluginAsync, FastifyReply } from 'fastify';

import { holderOf } from '../access/index.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import type { IdentifierKind } from './identifiers.ts';
import { findProfile } from './profile-store.ts';
import type { Profile } from './profile-store.ts';

const BY: Readonly<Record<string, IdentifierKind>> = {
  'by-email': 'email',
  'by-customid': 'customId',
  'by-uuid': 'uuid',
};

/** Reading profiles. Source of paths and fields: Synerise's Profile API. */
export function profileRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { clientId: string } }>(
      '/v4/clients/:clientId',
      async (request, reply) =>
        await sendProfile(platform, reply, holderOf(request).workspaceId, 'id', request.params.clientId),
    );

    app.get<{ Params: { by: string; value: string } }>('/v4/clients/:by/:value', async (request, reply) => {
      const kind = BY[request.params.by];
      if (kind === undefined) {
        return sendHubError(reply, 404, `Profiles are found ${Object.keys(BY).join(', ')}.`);
      }
      return await sendProfile(platform, reply, holderOf(request).workspaceId, kind, request.params.value);
    });
  };
}

async function sendProfile(
  platform: Platform,
  reply: FastifyReply,
  workspaceId: string,
  kind: IdentifierKind,
  value: string,
): Promise<FastifyReply> {
  const profile = await findProfile(platform.db, workspaceId, kind, value);
  if (profile === undefined) return sendHubError(reply, 404, `There is no profile with this ${kind}.`);
  return reply.send(clientBody(profile));
}

function clientBody(profile: Profile): object {
  return {
    clientId: profile.clientId,
    uuid: profile.uuid,
    customId: profile.customId,
    email: profile.email,
    anonymous: profile.email === null,
    attributes: profile.attributes,
    tags: profile.tags,
    createdAt: profile.createdAt.toISOString(),
    updatedAt: profile.updatedAt.toISOString(),
  };
}
