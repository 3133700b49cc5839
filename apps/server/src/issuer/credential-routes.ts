import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { credentialBody } from './bodies.ts';
import { changeReferenced, removeCredential } from './change-credential.ts';
import { parseCredential } from './credential-input.ts';
import type { FieldErrors } from './credential-input.ts';
import { findCredential, searchCredentials } from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import { findGroup } from './group-store.ts';
import type { Group } from './group-store.ts';
import { issueOne } from './insert-prepared.ts';
import type { Issuing } from './issuer-profile.ts';
import { idOf, recordOf, textOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';
import { metaOf, pageOf } from './paging.ts';
import { parseDate } from './parse-date.ts';
import { ID_TAKEN } from './prepare-credentials.ts';

type CredentialRequest = FastifyRequest<{ Params: { credentialId: string } }>;

const HINT = 'x-laurel-hint';
const GROUP_IN_RECIPIENT = 'group_id is inside recipient; it belongs beside it, in credential';
const DUPLICATE: FieldErrors = {
  credential: [
    'has already been taken. The group has a credential for this e-mail, and does not allow duplicates.',
  ],
};

/** Credentials. Every success is 200, also of creating and deleting. */
export function credentialRoutes(parts: Issuing): FastifyPluginAsync {
  const { platform } = parts;
  return async (app) => {
    app.post('/v1/credentials', async (request, reply) => {
      const parsed = parseCredential(request.body);
      const outcome = await issueOne(parts, holderOf(request).workspaceId, parsed);
      if (outcome.kind === 'invalid' && parsed.kind === 'valid' && parsed.groupInRecipient)
        reply.header(HINT, GROUP_IN_RECIPIENT);
      switch (outcome.kind) {
        case 'issued':
          return await sendCredential(parts, reply, outcome.credential, outcome.group);
        case 'taken':
          return sendErrors(reply, outcome.by === 'reference' ? ID_TAKEN.errors : DUPLICATE);
        case 'invalid':
          return sendErrors(reply, outcome.errors);
      }
    });

    app.get('/v1/credentials/:credentialId', async (request: CredentialRequest, reply) => {
      const credential = await find(parts, request);
      return credential === undefined ? notFound(reply) : await sendCredential(parts, reply, credential);
    });

    app.route({
      method: ['PUT', 'PATCH'],
      url: '/v1/credentials/:credentialId',
      handler: async (request: CredentialRequest, reply) => {
        const { workspaceId } = holderOf(request);
        // Before the transaction: the first use of a key loads it over a connection of its own.
        await parts.issuers.get(workspaceId);
        const outcome = await inTransaction(
          platform.db,
          async (tx) =>
            await changeReferenced(
              tx,
              parts,
              workspaceId,
              request.params.credentialId,
              parseCredential(request.body),
            ),
        );
        switch (outcome.kind) {
          case 'changed':
            return await sendCredential(parts, reply, outcome.credential, outcome.group);
          case 'duplicate':
            return sendErrors(reply, DUPLICATE);
          case 'missing':
            return notFound(reply);
          case 'invalid':
            return sendErrors(reply, outcome.errors);
        }
      },
    });

    app.delete('/v1/credentials/:credentialId', async (request: CredentialRequest, reply) => {
      const { workspaceId } = holderOf(request);
      const credential = await inTransaction(
        platform.db,
        async (tx) => await removeCredential(tx, parts, workspaceId, request.params.credentialId),
      );
      return credential === undefined ? notFound(reply) : await sendCredential(parts, reply, credential);
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

async function find({ platform }: Issuing, request: CredentialRequest): Promise<Credential | undefined> {
  return await findCredential(platform.db, holderOf(request).workspaceId, request.params.credentialId);
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ success: false, data: 'No credential with the id given in your account' });
}

function sendErrors(reply: FastifyReply, errors: string | FieldErrors): FastifyReply {
  return reply.code(422).send({ errors });
}

async function sendCredential(
  parts: Issuing,
  reply: FastifyReply,
  credential: Credential,
  known?: Group,
): Promise<FastifyReply> {
  const { workspaceId, groupId } = credential;
  const group = known ?? (await findGroup(parts.platform.db, workspaceId, { id: groupId }));
  const issuer = await parts.issuers.get(workspaceId);
  return reply.send({ credential: credentialBody(credential, group, issuer, parts.publicUrl()) });
}
