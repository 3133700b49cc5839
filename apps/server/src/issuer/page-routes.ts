import { controllerDocument, verifyCredential } from '@laurel/badges';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';

import { credentialPage, noCredentialPage } from './credential-page.ts';
import type { Verdict } from './credential-page.ts';
import { findPublicCredential } from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import type { Issuer, IssuerParts, Issuers } from './issuer-profile.ts';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What anyone may open: the page of a credential, its signed document, and the issuer's keys. */
export function pageRoutes(parts: IssuerParts, issuers: Issuers): FastifyPluginAsync {
  const { platform } = parts;
  return async (app) => {
    app.get<{ Params: { uuid: string } }>('/c/:uuid', async (request, reply) => {
      const found = await findPublicCredential(platform.db, request.params.uuid);
      if (found.kind !== 'found')
        return sendPage(reply.code(found.kind === 'deleted' ? 410 : 404), noCredentialPage(found.kind));
      const { credential } = found;
      const issuer = await issuers.get(credential.workspaceId);
      const now = platform.clock.now();
      const verdict = await verdictOf(credential, issuer, now);
      return sendPage(reply, credentialPage(credential, issuer, parts.publicUrl(), verdict, now));
    });

    app.get<{ Params: { uuid: string } }>('/c/:uuid.json', async (request, reply) => {
      const found = await findPublicCredential(platform.db, request.params.uuid);
      if (found.kind === 'deleted')
        return reply.code(410).send({ error: 'This credential was deleted by its issuer.' });
      if (found.kind === 'unknown') return reply.code(404).send({ error: 'There is no credential here.' });
      return reply
        .type('application/vc+ld+json')
        .header('access-control-allow-origin', '*')
        .send(JSON.stringify(found.credential.document));
    });

    app.get('/.well-known/did.json', async (_request, reply) => {
      const issuer = await firstWebIssuer(parts);
      if (issuer === undefined)
        return reply
          .code(404)
          .send({ error: 'The issuer of this server is a did:key, which needs no document.' });
      return reply
        .type('application/did+json')
        .header('access-control-allow-origin', '*')
        .send(
          JSON.stringify(controllerDocument(issuer.issuer_id, [{ publicKeyMultibase: issuer.public_key }])),
        );
    });
  };
}

async function firstWebIssuer({ platform }: IssuerParts) {
  return await platform.db
    .selectFrom('issuer')
    .select(['issuer_id', 'public_key'])
    .where('issuer_id', 'like', 'did:web:%')
    .orderBy('created_at')
    .executeTakeFirst();
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-cache')
    .send(page);
}

/** Checks the stored document as an outside verifier would: its proof, then its period. */
async function verdictOf(credential: Credential, issuer: Issuer, now: Date): Promise<Verdict> {
  const keys = controllerDocument(issuer.issuerId, [{ publicKeyMultibase: issuer.publicKey }]);
  const verification = await verifyCredential(credential.document, {
    resolveController: async (id) => (id === issuer.issuerId ? keys : undefined),
  });
  if (verification.kind === 'invalid') {
    return {
      kind: 'not-verified',
      reason: 'Its signed document does not match its signature. Ask the issuer.',
    };
  }
  const today = now.toISOString().slice(0, 10);
  if (credential.expiredOn !== null && credential.expiredOn < today)
    return { kind: 'expired', on: credential.expiredOn };
  return { kind: 'valid' };
}
