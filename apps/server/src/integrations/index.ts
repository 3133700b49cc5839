export { changeConnection, createConnection, putConnection, removeConnection } from './change-connection.ts';
export type { ConnectionOutcome, ConnectionUser } from './change-connection.ts';
export { findConnection, listConnections } from './connection-store.ts';
export type { Connection } from './connection-store.ts';
export type { OpenConnection } from './connection.ts';
export { Delivery } from './delivery.ts';
export { member, parseJson } from './json.ts';
export type { MaskedRequest, OutgoingRequest, SendOutcome } from './send-outcome.ts';
