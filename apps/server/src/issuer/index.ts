import type { FastifyPluginAsync } from 'fastify';

import { credentialRoutes } from './credential-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { Issuers } from './issuer-profile.ts';
import type { IssuerParts, Issuing } from './issuer-profile.ts';
import { pageRoutes } from './page-routes.ts';

export type { CredentialBody } from './bodies.ts';
export type { CredentialChange, IssueRequest } from './credential-request.ts';
export { issueCredentials } from './issue-credentials.ts';
export type { IssueOutcome } from './issue-credentials.ts';
export type { IssuerParts, Issuing } from './issuer-profile.ts';
export { putGroup } from './put-group.ts';

export { deleteCredential, renewCredential, updateCredential } from './update-credential.ts';

export interface IssuerSurface {
  /** Behind the issuer's key. */
  readonly routes: readonly FastifyPluginAsync[];
  /** Open to anyone. */
  readonly publicRoutes: readonly FastifyPluginAsync[];
}

/** What issuing without HTTP takes, for a process to make once: it keeps the keys that it has used. */
export function issuingOf(parts: IssuerParts): Issuing {
  return { ...parts, issuers: new Issuers(parts) };
}

/** The issuer as its surfaces register it. */
export function issuerSurfaceOf(parts: IssuerParts): IssuerSurface {
  const issuing = issuingOf(parts);
  return {
    routes: [groupRoutes(parts), credentialRoutes(issuing)],
    publicRoutes: [pageRoutes(parts, issuing.issuers)],
  };
}
