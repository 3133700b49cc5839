export { authenticationHeaders, connectionSettingsSchema, tokenSchema } from './connection.ts';
export type { ConnectionSettings, OpenConnection } from './connection.ts';
export { listConnections, openConnections, putConnection } from './connection-store.ts';
export type { ConnectionSummary } from './connection-store.ts';
export { member, parseJson, reconcile } from './reconcile.ts';
export type { Reconciliation } from './reconcile.ts';
export { RESPONSE_LIMIT, sendRequest } from './send-request.ts';
export type { OutgoingRequest, SendOutcome } from './send-request.ts';
