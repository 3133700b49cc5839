import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import type { GroupCommit } from '../platform/group-commit.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { sendBatch } from './batch-route.ts';
import { clientBody } from './client-body.ts';
import { clientOf, parseClient } from './client-input.ts';
import { deleteProfile } from './delete-profile.ts';
import type { ProfileErasure } from './delete-profile.ts';
import { sendList } from './list-route.ts';
import { addressOf, referenceOf, sendNoProfile, sendUnknownWay, withProfile } from './profile-address.ts';
import type { ByParams, ClientParams } from './profile-address.ts';
import { tagRoutes } from './tag-routes.ts';
import { MISSING_IDENTIFIER, sendRefused, summary, tellIgnored } from './upsert-answer.ts';
import { createUpserts } from './upsert-profiles.ts';
import type { ProfileUpsert, UpsertOutcome } from './upsert-profiles.ts';

type Upserts = GroupCommit<ProfileUpsert, UpsertOutcome>;
type Addressed = FastifyRequest<{ Params: ClientParams | ByParams }>;

/**
 * Profiles: reading, making, changing, deleting. Source of paths and fields: Synerise's Profile API. A change that is
 * answered 202 is on disk. Where identifiers lead to several profiles the answer is 409, where the other API answers 202
 * and does nothing.
 */
export function profileRoutes(platform: Platform, erasures: readonly ProfileErasure[]): FastifyPluginAsync {
  const upserts = createUpserts(platform);
  return async (app) => {
    app.get('/v4/clients', async (request, reply) => await sendList(platform, request, reply));

    app.post('/v4/clients', async (request, reply) => {
      const outcome = await upsert(upserts, request, reply);
      return outcome === undefined ? reply : reply.code(202).send();
    });

    app.post('/v4/clients/instant', async (request, reply) => {
      const outcome = await upsert(upserts, request, reply);
      if (outcome === undefined) return reply;
      return reply.type('application/json').send(JSON.stringify(String(outcome.clientId)));
    });

    app.post('/v4/clients/batch', async (request, reply) => await sendBatch(platform, request, reply));

    for (const path of ['/v4/clients/:clientId', '/v4/clients/:by/:value']) {
      app.get(
        path,
        async (request: Addressed, reply) =>
          await withProfile(platform, request, reply, async (profile) => reply.send(clientBody(profile))),
      );

      app.post(path, async (request: Addressed, reply) => await change(upserts, request, reply));

      app.delete(
        path,
        async (request: Addressed, reply) =>
          await withProfile(platform, request, reply, async ({ id }) => {
            const key = { workspaceId: holderOf(request).workspaceId, profileId: id };
            await inTransaction(
              platform.db,
              async (tx) => await deleteProfile(tx, platform.clock.now(), key, erasures),
            );
            return reply.code(204).send();
          }),
      );
    }

    await app.register(tagRoutes(platform));
  };
}

/** Makes or changes whom the identifiers of the body lead to. Answers undefined where the request is answered already. */
async function upsert(
  upserts: Upserts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Extract<UpsertOutcome, { kind: 'stored' }> | undefined> {
  const parsed = parseClient(request.body);
  if (parsed.kind === 'invalid') {
    sendHubError(reply, 400, summary(parsed.errors), parsed.errors);
    return undefined;
  }
  const client = clientOf(parsed.input);
  if (client === undefined) {
    sendHubError(reply, 400, summary([MISSING_IDENTIFIER]), [MISSING_IDENTIFIER]);
    return undefined;
  }
  const { identity, content, ignored } = parsed.input;
  const make = Object.keys(client).some((kind) => kind !== 'id');
  const { workspaceId } = holderOf(request);
  const outcome = await upserts.add({ workspaceId, client, make, identity, content });
  if (outcome.kind !== 'stored') {
    sendRefused(reply, outcome);
    return undefined;
  }
  tellIgnored(reply, ignored);
  return outcome;
}

/** Changes the profile that the path addresses. */
async function change(upserts: Upserts, request: Addressed, reply: FastifyReply): Promise<FastifyReply> {
  const address = addressOf(request.params);
  if (address === undefined) return sendUnknownWay(reply);
  const client = referenceOf(address);
  if (client === undefined) return sendNoProfile(reply, address);
  const parsed = parseClient(request.body);
  if (parsed.kind === 'invalid') return sendHubError(reply, 400, summary(parsed.errors), parsed.errors);
  const { identity, content, ignored } = parsed.input;
  const { workspaceId } = holderOf(request);
  const outcome = await upserts.add({ workspaceId, client, make: false, identity, content });
  if (outcome.kind !== 'stored') return sendRefused(reply, outcome);
  tellIgnored(reply, ignored);
  return reply.code(202).send();
}
