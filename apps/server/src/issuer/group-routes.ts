import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { groupBody } from './bodies.ts';
import { countCredentials } from './credential-store.ts';
import { missingOf, parseGroup } from './group-input.ts';
import type { GroupInput } from './group-input.ts';
import { deleteGroup, findGroup, searchGroups, writeGroup } from './group-store.ts';
import type { Group } from './group-store.ts';
import type { IssuerParts } from './issuer-profile.ts';
import { idOf, recordOf, textOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';
import { metaOf, pageOf } from './paging.ts';

type GroupRequest = FastifyRequest<{ Params: { groupId: string } }>;

/** Groups. The singular path is one that older clients use. */
export function groupRoutes(parts: IssuerParts): FastifyPluginAsync {
  const { platform } = parts;
  return async (app) => {
    for (const path of ['/v1/issuer/groups', '/v1/issuer/group']) {
      app.post(path, async (request, reply) => {
        const parsed = parseGroup(request.body);
        if (parsed.kind === 'invalid') return reply.code(422).send({ errors: parsed.errors });
        const missing = missingOf(parsed.input);
        if (missing !== undefined) return reply.code(422).send({ errors: missing });
        const id = await platform.numericIds.next('credential-group');
        return reply.send({ group: groupBody(await write(parts, request, undefined, id, parsed.input)) });
      });
    }

    app.get('/v1/issuer/all_groups', async (request, reply) => await search(parts, request, reply));
    app.post('/v1/issuer/groups/search', async (request, reply) => await search(parts, request, reply));

    for (const path of ['/v1/issuer/groups/:groupId', '/v1/issuer/group/:groupId']) {
      app.get(path, async (request: GroupRequest, reply) => {
        const group = await find(parts, request);
        return group === undefined ? notFound(reply) : reply.send({ group: groupBody(group) });
      });

      app.put(path, async (request: GroupRequest, reply) => {
        const group = await find(parts, request);
        if (group === undefined) return notFound(reply);
        const parsed = parseGroup(request.body);
        if (parsed.kind === 'invalid') return reply.code(422).send({ errors: parsed.errors });
        return reply.send({ group: groupBody(await write(parts, request, group, group.id, parsed.input)) });
      });

      app.delete(path, async (request: GroupRequest, reply) => {
        const group = await find(parts, request);
        if (group === undefined) return notFound(reply);
        const { workspaceId } = holderOf(request);
        if ((await countCredentials(platform.db, workspaceId, group.id)) > 0) {
          return reply.code(422).send({ errors: 'The group has credentials: delete them first' });
        }
        await inTransaction(platform.db, async (tx) => await deleteGroup(tx, workspaceId, group.id));
        return reply.send({ group: groupBody(group) });
      });
    }
  };
}

async function find({ platform }: IssuerParts, request: GroupRequest): Promise<Group | undefined> {
  const id = idOf(request.params.groupId);
  return id === undefined ? undefined : await findGroup(platform.db, holderOf(request).workspaceId, { id });
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ errors: "Doesn't exist" });
}

async function write(
  { platform }: IssuerParts,
  request: FastifyRequest,
  before: Group | undefined,
  id: number,
  input: GroupInput,
): Promise<Group> {
  const { workspaceId } = holderOf(request);
  return await inTransaction(
    platform.db,
    async (tx) => await writeGroup(tx, platform.clock.now(), workspaceId, mergedGroup(before, id, input)),
  );
}

/** A group with what a request says of it; what the request does not say stays. */
export function mergedGroup(
  before: Group | undefined,
  id: number,
  input: GroupInput,
): Omit<Group, 'createdAt' | 'updatedAt'> {
  return {
    id,
    name: input.name ?? before?.name ?? '',
    courseName: input.courseName ?? before?.courseName ?? '',
    courseDescription: input.courseDescription ?? before?.courseDescription ?? '',
    courseLink: input.courseLink === undefined ? (before?.courseLink ?? null) : input.courseLink,
    allowDuplicates: input.allowDuplicates ?? before?.allowDuplicates ?? false,
    details: { ...before?.details, ...input.details },
  };
}

/** Parameters may be in the query or in the body, also of a GET: the description says one, the clients do the other. */
async function search(
  { platform }: IssuerParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const source: Loose = { ...recordOf(request.query), ...recordOf(request.body) };
  const page = pageOf(source);
  const ids: unknown = source['ids'];
  const { groups, total } = await searchGroups(platform.db, {
    workspaceId: holderOf(request).workspaceId,
    ids: Array.isArray(ids) ? ids.flatMap((id: unknown) => idOf(id) ?? []) : undefined,
    name: textOf(source['name']),
    courseName: textOf(source['course_name']),
    limit: page.limit,
    offset: page.offset,
  });
  return reply.send({ groups: groups.map(groupBody), meta: metaOf(page, total) });
}
