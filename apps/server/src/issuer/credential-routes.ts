import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { credentialBody } from './bodies.ts';
import { parseCredential } from './credential-input.ts';
import { findCredential, searchCredentials } from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import { findGroup } from './group-store.ts';
import type { Group } from './group-store.ts';
import { idOf, recordOf, textOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';
import { metaOf, pageOf } from './paging.ts';
import { parseDate } from './parse-date.ts';
import { changeCredential, createCredential, removeCredential } from './write-credential.ts';
import type { WriteOutcome, WriteParts } from './write-credential.ts';

type CredentialRequest = FastifyRequest<{ Params: { credentialId: string } }>;

const HINT = 'x-laurel-hint';
const GROUP_IN_RECIPIENT = 'group_id is inside recipient; it belongs beside it, in credential';

/** Credentials. Every success is 200, also of creating and deleting. */
export function credentialRoutes(parts: WriteParts): FastifyPluginAsync {
  const { platform } = parts;
  return async (app) => {
    app.post('/v1/credentials', async (request, reply) => {
      const parsed = parseCredential(request.body);
      if (parsed.kind === 'invalid') return reply.code(422).send({ errors: parsed.errors });
      const outcome = await createCredential(parts, holderOf(request).workspaceId, parsed.input);
      if (outcome.kind === 'invalid' && parsed.groupInRecipient) reply.header(HINT, GROUP_IN_RECIPIENT);
      return await answer(parts, request, reply, outcome);
    });

    app.get('/v1/credentials/:credentialId', async (request: CredentialRequest, reply) => {
      const credential = await find(parts, request);
      return credential === undefined
        ? notFound(reply)
        : await sendCredential(parts, request, reply, credential);
    });

    app.route({
      method: ['PUT', 'PATCH'],
      url: '/v1/credentials/:credentialId',
      handler: async (request: CredentialRequest, reply) => {
        const credential = await find(parts, request);
        if (credential === undefined) return notFound(reply);
        const parsed = parseCredential(request.body);
        if (parsed.kind === 'invalid') return reply.code(422).send({ errors: parsed.errors });
        return await answer(parts, request, reply, await changeCredential(parts, credential, parsed.input));
      },
    });

    app.delete('/v1/credentials/:credentialId', async (request: CredentialRequest, reply) => {
      const credential = await find(parts, request);
      if (credential === undefined) return notFound(reply);
      await removeCredential(parts, credential);
      return await sendCredential(parts, request, reply, credential);
    });

    app.get('/v1/all_credentials', async (request, reply) => {
      const source: Loose = { ...recordOf(request.query), ...recordOf(request.body) };
      const page = pageOf(source);
      const { workspaceId } = holderOf(request);
      const day = (name: string): string | undefined => parseDate(textOf(source[name]) ?? '');
      const { credentials, total } = await searchCredentials(platform.db, {
        workspaceId,
        groupId: idOf(source['group_id']),
        email: textOf(source['email']),
        recipientId: textOf(source['recipient_id']),
        licenseId: textOf(source['license_id']),
        issuedFrom: day('start_date'),
        issuedTo: day('end_date'),
        limit: page.limit,
        offset: page.offset,
      });
      const issuer = await parts.issuers.get(workspaceId);
      const groups = new Map<number, Group | undefined>();
      for (const { groupId } of credentials) {
        if (!groups.has(groupId))
          groups.set(groupId, await findGroup(platform.db, workspaceId, { id: groupId }));
      }
      return reply.send({
        credentials: credentials.map((credential) =>
          credentialBody(credential, groups.get(credential.groupId), issuer, parts.publicUrl()),
        ),
        meta: metaOf(page, total),
      });
    });

    app.get('/v1/issuer/details', async (request, reply) => {
      const issuer = await parts.issuers.get(holderOf(request).workspaceId);
      return reply.send({
        issuer: {
          id: issuer.number,
          name: issuer.name,
          email: null,
          certificate_left: 1_000_000,
          language: 'en',
          url: parts.publicUrl(),
          spiderable: false,
          whitelisted_domain: null,
          linkedin_company_id: null,
          linkedin_school_id: null,
        },
      });
    });
  };
}

async function find({ platform }: WriteParts, request: CredentialRequest): Promise<Credential | undefined> {
  return await findCredential(platform.db, holderOf(request).workspaceId, request.params.credentialId);
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ success: false, data: 'No credential with the id given in your account' });
}

async function answer(
  parts: WriteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: WriteOutcome,
): Promise<FastifyReply> {
  if (outcome.kind === 'invalid') return reply.code(422).send({ errors: outcome.errors });
  const issuer = await parts.issuers.get(holderOf(request).workspaceId);
  return reply.send({
    credential: credentialBody(outcome.credential, outcome.group, issuer, parts.publicUrl()),
  });
}

async function sendCredential(
  parts: WriteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  credential: Credential,
): Promise<FastifyReply> {
  const { workspaceId } = holderOf(request);
  const group = await findGroup(parts.platform.db, workspaceId, { id: credential.groupId });
  const issuer = await parts.issuers.get(workspaceId);
  return reply.send({ credential: credentialBody(credential, group, issuer, parts.publicUrl()) });
}
