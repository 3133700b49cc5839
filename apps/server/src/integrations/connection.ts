import type { ConnectionSettings } from '@laurel/contract';

/** A connection ready for sending. Its secret is not in it: only `Delivery` has that. */
export interface OpenConnection {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  /** Grows with every change of the connection. */
  readonly revision: number;
  readonly settings: ConnectionSettings;
}

/** What a connection keeps secret. */
export interface ConnectionSecret {
  /** Password, token, key, client secret or signing secret: each kind has one. */
  readonly value: string;
  /** Of a signature whose secret was replaced: the one before, and until when it signs too. */
  readonly previous: { readonly value: string; readonly until: Date } | undefined;
}
