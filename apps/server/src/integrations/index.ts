export { changeConnection, createConnection, putConnection, removeConnection } from './change-connection.ts';
export type {
  ConnectionChange,
  ConnectionOutcome,
  ConnectionSpecInput,
  ConnectionUser,
  RemoveOutcome,
} from './change-connection.ts';
export { findConnection, listConnections } from './connection-store.ts';
export type { Connection } from './connection-store.ts';
export type { OpenConnection } from './connection.ts';
export { Delivery } from './delivery.ts';
export type { DeliveryParts } from './delivery.ts';
export { member, parseJson } from './json.ts';
export type { Grant } from './pacer.ts';
export type { Reconciliation } from './reconcile.ts';
export type {
  MaskedRequest,
  OutgoingRequest,
  SendOptions,
  SendOutcome,
  SentRequest,
} from './send-outcome.ts';
