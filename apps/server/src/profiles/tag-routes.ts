import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { withProfile } from './profile-address.ts';
import type { Profile } from './profile-store.ts';
import { findTag, listTags } from './tag-store.ts';
import { updateProfiles } from './update-profiles.ts';
import type { ProfileChange } from './update-profiles.ts';
import { summary } from './upsert-answer.ts';

type TagRequest = FastifyRequest<{ Params: { clientId: string; tagId: string } }>;

/** Tags of profiles. A tag comes into being with the first profile that is given it by name. */
export function tagRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    app.get('/v4/clients/tags', async (request, reply) =>
      reply.send(await listTags(platform.db, holderOf(request).workspaceId)),
    );

    app.get(
      '/v4/clients/:clientId/tags',
      async (request: FastifyRequest<{ Params: { clientId: string } }>, reply) =>
        await withProfile(platform, request, reply, async ({ tags }) =>
          reply.send(await listTags(platform.db, holderOf(request).workspaceId, tags)),
        ),
    );

    app.post('/v4/clients/:clientId/tags/:tagId', async (request: TagRequest, reply) =>
      changeTags(platform, request, reply, (profile, tag) => ({
        change: { tagsAdded: [tag.name] },
        answer: () => reply.send({ id: tag.id, clientId: profile.clientId, tagId: tag.id }),
      })),
    );

    app.delete('/v4/clients/:clientId/tags/:tagId', async (request: TagRequest, reply) =>
      changeTags(platform, request, reply, (_profile, tag) => ({
        change: { tagsRemoved: [tag.name] },
        answer: () => reply.code(204).send(),
      })),
    );
  };
}

async function changeTags(
  platform: Platform,
  request: TagRequest,
  reply: FastifyReply,
  decide: (
    profile: Profile,
    tag: { readonly id: number; readonly name: string },
  ) => {
    readonly change: Pick<ProfileChange, 'tagsAdded' | 'tagsRemoved'>;
    readonly answer: () => FastifyReply;
  },
): Promise<FastifyReply> {
  const { workspaceId } = holderOf(request);
  return await withProfile(platform, request, reply, async (profile) => {
    const { tagId } = request.params;
    const tag = /^\d{1,15}$/.test(tagId) ? await findTag(platform.db, workspaceId, Number(tagId)) : undefined;
    if (tag === undefined) return sendHubError(reply, 404, 'There is no tag with this id.');
    const { change, answer } = decide(profile, tag);
    const [outcome] = await inTransaction(
      platform.db,
      async (tx) =>
        await updateProfiles(tx, platform, platform.clock.now(), [
          { workspaceId, profileId: profile.id, ...change },
        ]),
    );
    switch (outcome?.kind) {
      case 'updated':
        return answer();
      case 'refused':
        return sendHubError(reply, 400, summary(outcome.errors), outcome.errors);
      case 'missing':
      case undefined:
        return sendHubError(reply, 404, 'There is no such profile.');
    }
  });
}
