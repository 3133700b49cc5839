import type { ConnectionHealth } from '@laurel/contract';

import type { EgressPolicy } from '../platform/egress/index.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { AccessTokens } from './access-tokens.ts';
import { ConnectionAgents } from './agents.ts';
import type { Connection } from './connection-store.ts';
import type { OpenConnection } from './connection.ts';
import { OpenConnections } from './open-connections.ts';
import { reconcile } from './reconcile.ts';
import type { Reconciliation } from './reconcile.ts';
import type { MaskedRequest, OutgoingRequest, SendOutcome } from './send-outcome.ts';
import { maskedRequest, sendRequest } from './send-request.ts';
import type { SendOptions } from './send-request.ts';

export interface DeliveryParts {
  readonly platform: Platform;
  readonly egressPolicy: EgressPolicy;
  /** For an exchange, where the connection says nothing. */
  readonly timeoutMs: number;
}

/** How many requests of a workflow may leave now. The others are to be asked for again at `retryAt`. */
export interface Grant {
  readonly granted: number;
  /** Undefined where all were granted. */
  readonly retryAt: Date | undefined;
  readonly reason: 'paced' | 'breaker-open' | undefined;
}

/**
 * Sends the requests of workflows by their connections: authentication, limits, egress guard. One for each process; what
 * has to hold over all processes is in the database.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #connections: OpenConnections;
  readonly #agents: ConnectionAgents;
  readonly #tokens: AccessTokens;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#connections = new OpenConnections(parts.platform);
    this.#agents = new ConnectionAgents(parts.egressPolicy);
    this.#tokens = new AccessTokens(parts.platform.clock);
  }

  /** Connections ready for sending, by id; those that do not exist are left out. One query. */
  async open(workspaceId: string, ids: readonly string[]): Promise<ReadonlyMap<string, OpenConnection>> {
    const opened = await this.#connections.open(workspaceId, ids);
    return new Map(opened.map(({ connection }) => [connection.id, connection]));
  }

  /**
   * Asks how many requests may leave by a connection now, by workflow (`counts`), shared out fairly. Without pacing and
   * with a closed breaker the answer needs no database. `hosts` are those that the requests go to: they decide whether
   * a preset applies. What was granted and is not sent after all is given back by `giveBack`.
   */
  async permits(
    _connection: OpenConnection,
    counts: ReadonlyMap<string, number>,
    _hosts: readonly string[] = [],
  ): Promise<ReadonlyMap<string, Grant>> {
    return new Map(
      [...counts].map(([workflowId, granted]) => [
        workflowId,
        { granted, retryAt: undefined, reason: undefined },
      ]),
    );
  }

  /** Gives back permits whose requests are not sent after all. */
  giveBack(_connection: OpenConnection, _count: number): void {
    // Nothing is limited yet.
  }

  /** How a request is to be stored and shown before it is sent: as it will leave, without secrets. */
  preview(connection: OpenConnection, request: OutgoingRequest, options: SendOptions): MaskedRequest {
    const secret = this.#connections.secretOf(connection);
    return maskedRequest({ connection, secret, request, options }, this.#parts.platform.clock.now());
  }

  /** Sends one request. Never rejects for what a receiver or the network does. */
  async send(
    connection: OpenConnection,
    request: OutgoingRequest,
    options: SendOptions,
  ): Promise<SendOutcome> {
    const { platform, egressPolicy } = this.#parts;
    return await sendRequest(
      { clock: platform.clock, agents: this.#agents, tokens: this.#tokens, egressPolicy },
      {
        connection,
        secret: this.#connections.secretOf(connection),
        request,
        options,
        timeoutMs: this.timeoutOf(connection, options),
      },
    );
  }

  /** Asks the receiver whether it carried out a request whose outcome is unknown. */
  async reconcile(
    connection: OpenConnection,
    request: OutgoingRequest,
    options: SendOptions,
  ): Promise<Reconciliation> {
    return await reconcile(async (lookUp) => await this.send(connection, lookUp, options), request);
  }

  /** Sends a request without a body that a person asked for, whatever the limits and the breaker say. */
  async test(
    connection: OpenConnection,
    { url, method }: { readonly url: string; readonly method: 'GET' | 'HEAD' },
  ): Promise<SendOutcome> {
    const request = { method, url, headers: { accept: 'application/json, */*' }, body: undefined };
    return await this.send(connection, request, { idempotencyKey: newId() });
  }

  /** How connections are doing, by id; those that never sent are left out. */
  async health(_connections: readonly Connection[]): Promise<ReadonlyMap<string, ConnectionHealth>> {
    return new Map();
  }

  /** Ends when what is under way has ended. */
  async close(): Promise<void> {
    await this.#agents.close();
  }

  /** How long a request may take, its answer included, in ms. */
  timeoutOf({ settings }: OpenConnection, options: SendOptions): number {
    const seconds = settings.policy.timeoutSeconds;
    return options.timeoutMs ?? (seconds === undefined ? this.#parts.timeoutMs : seconds * 1_000);
  }
}
