import type { FastifyPluginAsync } from 'fastify';

import { credentialRoutes } from './credential-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { Issuers } from './issuer-profile.ts';
import type { IssuerParts } from './issuer-profile.ts';
import { pageRoutes } from './page-routes.ts';

export { putGroup } from './put-group.ts';
export type { PutGroup, PutGroupOutcome } from './put-group.ts';

export interface IssuerSurface {
  /** Behind the issuer's key. */
  readonly routes: readonly FastifyPluginAsync[];
  /** Open to anyone. */
  readonly publicRoutes: readonly FastifyPluginAsync[];
}

/** The issuer as its surfaces register it. */
export function issuerSurfaceOf(parts: IssuerParts): IssuerSurface {
  const issuers = new Issuers(parts);
  const writeParts = { ...parts, issuers };
  return {
    routes: [groupRoutes(parts), credentialRoutes(writeParts)],
    publicRoutes: [pageRoutes(parts, issuers)],
  };
}
