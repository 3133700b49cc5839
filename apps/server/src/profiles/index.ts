export { IDENTIFIER_KINDS, identifierProblem, identifiersOf, normalizeIdentifier } from './identifiers.ts';
export type { ClientReference, IdentifierKind } from './identifiers.ts';
export { attributesOf, findProfile } from './profile-store.ts';
export type { Profile } from './profile-store.ts';
export { ProfileResolution } from './resolve-profiles.ts';
export type { WorkspaceReference } from './resolve-profiles.ts';
export { profileRoutes } from './routes.ts';
