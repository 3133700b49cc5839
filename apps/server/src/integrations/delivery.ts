import type { ConnectionHealth } from '@laurel/contract';

import type { EgressPolicy } from '../platform/egress/index.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { AccessTokens } from './access-tokens.ts';
import { ConnectionAgents } from './agents.ts';
import { verdictOf } from './breaker.ts';
import { Breakers } from './breakers.ts';
import type { Connection } from './connection-store.ts';
import type { OpenConnection } from './connection.ts';
import { breakerOf } from './health-store.ts';
import { maskedRequest } from './masked-request.ts';
import { OpenConnections } from './open-connections.ts';
import { Pacer } from './pacer.ts';
import type { Grant } from './pacer.ts';
import { isAccredible, pacingOf } from './pacing.ts';
import { readConnectionHealth } from './read-connection-health.ts';
import { reconcile } from './reconcile.ts';
import type { Reconciliation } from './reconcile.ts';
import type { MaskedRequest, OutgoingRequest, SendOptions, SendOutcome } from './send-outcome.ts';
import { sendRequest, withoutTurn } from './send-request.ts';
import type { SendParts, Sending } from './send-request.ts';

export interface DeliveryParts {
  readonly platform: Platform;
  readonly egressPolicy: EgressPolicy;
  /** For an exchange, where the connection says nothing. */
  readonly timeoutMs: number;
}

/** A look-up may be answered with several credentials, whole. */
const LOOK_UP_BYTES = 1024 * 1024;

/** A time-out that comes so much too late is this process's, which stood still: the destination may be well. */
const STOOD_STILL_MS = 1_000;

/**
 * Sends the requests of workflows by their connections: authentication, limits, egress guard. One for each process; what
 * has to hold over all processes is in the database.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #connections: OpenConnections;
  readonly #breakers: Breakers;
  readonly #pacer: Pacer;
  readonly #sending: SendParts;
  /** Connections that were seen to send to Accredible: its limits are theirs, unless they say otherwise. */
  readonly #toAccredible = new Set<string>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#connections = new OpenConnections(parts.platform);
    this.#breakers = new Breakers(parts.platform);
    this.#pacer = new Pacer(parts.platform);
    this.#sending = {
      clock: parts.platform.clock,
      agents: new ConnectionAgents(parts.egressPolicy),
      tokens: new AccessTokens(parts.platform.clock),
      egressPolicy: parts.egressPolicy,
    };
  }

  /** Connections ready for sending, by id; those that do not exist are left out. One query. */
  async open(workspaceId: string, ids: readonly string[]): Promise<ReadonlyMap<string, OpenConnection>> {
    const opened = await this.#connections.open(workspaceId, ids);
    for (const { connection, row } of opened) this.#breakers.learn(connection, breakerOf(row));
    const byId = new Map(opened.map(({ connection }) => [connection.id, connection]));
    for (const id of ids) if (!byId.has(id) && this.#connections.forget(workspaceId, id)) this.#forget(id);
    return byId;
  }

  /**
   * Asks how many requests may leave by a connection now, by workflow (`counts`); permits are shared out one each in
   * turn. Without pacing and with a closed breaker it answers without the database. `hosts` are those that the requests
   * go to: one of Accredible's brings its limits. What is granted and not sent after all is given back by `giveBack`.
   */
  async permits(
    connection: OpenConnection,
    counts: ReadonlyMap<string, number>,
    hosts: Iterable<string> = [],
  ): Promise<ReadonlyMap<string, Grant>> {
    const timeoutMs = this.timeoutOf(connection);
    const breaker = await this.#breakers.permit(connection, timeoutMs);
    if (breaker.kind === 'none') return mapValues(counts, () => refusedUntil(breaker.retryAt));
    const [first] = counts.keys();
    const asked = breaker.kind === 'all' || first === undefined ? counts : new Map([[first, 1]]);
    if (isAnyAccredible(hosts)) this.#toAccredible.add(connection.id);
    const learned = this.#toAccredible.has(connection.id) ? ['api.accredible.com'] : [];
    const pacing = pacingOf(connection, learned);
    if (pacing === undefined) this.#pacer.forget(connection.id);
    const grants =
      pacing === undefined
        ? mapValues(asked, (count): Grant => ({ granted: count, retryAt: undefined, reason: undefined }))
        : await this.#pacer.permits(connection, pacing, asked, timeoutMs);
    if (breaker.kind === 'all') return grants;
    return mapValues(counts, (count, workflowId) => {
      const grant = grants.get(workflowId) ?? refusedUntil(breaker.othersAt);
      return grant.granted < count && grant.retryAt === undefined
        ? { ...refusedUntil(breaker.othersAt), granted: grant.granted }
        : grant;
    });
  }

  /** Gives back permits whose requests are not sent after all. */
  giveBack(connection: OpenConnection, count: number): void {
    this.#pacer.giveBack(connection, count);
  }

  /** How a request is to be stored and shown before it is sent: as it will leave, without secrets. */
  preview(connection: OpenConnection, request: OutgoingRequest, options: SendOptions): MaskedRequest {
    const secret = this.#connections.secretOf(connection);
    return maskedRequest({ connection, secret, request, options }, this.#parts.platform.clock.now());
  }

  /**
   * Sends one request. It waits here for its turn, where the connection limits how many are under way. Never rejects for
   * what a receiver or the network does.
   */
  async send(
    connection: OpenConnection,
    request: OutgoingRequest,
    options: SendOptions,
  ): Promise<SendOutcome> {
    return await this.#send(connection, request, options);
  }

  /** Asks the receiver whether it carried out a request whose outcome is unknown; within the connection's limits. */
  async reconcile(
    connection: OpenConnection,
    request: OutgoingRequest,
    options: SendOptions,
  ): Promise<Reconciliation> {
    return await reconcile(async (lookUp) => {
      const grants = await this.permits(connection, new Map([['', 1]]), [new URL(lookUp.url).host]);
      const grant = grants.get('');
      if (grant?.granted === 1) return await this.#send(connection, lookUp, options, LOOK_UP_BYTES);
      const why = grant?.reason === 'breaker-open' ? 'its breaker is open' : 'it is at its limit';
      return {
        kind: 'deferred',
        error: `nothing is sent by the connection now: ${why}`,
        retryAt: grant?.retryAt,
      };
    }, request);
  }

  /** Sends a request without a body that a person asked for, whatever the limits and the breaker say. */
  async test(
    connection: OpenConnection,
    { url, method }: { readonly url: string; readonly method: 'GET' | 'HEAD' },
  ): Promise<SendOutcome> {
    const request = { method, url, headers: { accept: 'application/json, */*' }, body: undefined };
    return await sendRequest(
      this.#sending,
      this.#sendingOf(connection, request, { idempotencyKey: newId() }),
    );
  }

  /** How connections of one workspace are doing, by id. */
  async health(connections: readonly Connection[]): Promise<ReadonlyMap<string, ConnectionHealth>> {
    return await readConnectionHealth(this.#parts.platform, connections);
  }

  /** Ends when what is under way has ended. */
  async close(): Promise<void> {
    await this.#sending.agents.close();
    await Promise.all([this.#breakers.close(), this.#pacer.close()]);
  }

  async #send(
    connection: OpenConnection,
    request: OutgoingRequest,
    options: SendOptions,
    maxResponseBytes?: number,
  ): Promise<SendOutcome> {
    const host = URL.parse(request.url)?.host;
    if (host !== undefined && isAccredible(host)) this.#toAccredible.add(connection.id);
    const sending = { ...this.#sendingOf(connection, request, options), maxResponseBytes };
    const turn = await this.#pacer.enter(connection, sending.timeoutMs, options.signal);
    if (turn.kind !== 'go')
      return withoutTurn(this.#sending, { ...sending, waitedMs: turn.waitedMs }, turn.kind);
    const probe = this.#breakers.takeProbe(connection);
    const began = performance.now();
    try {
      const outcome = await sendRequest(this.#sending, { ...sending, waitedMs: turn.waitedMs });
      const cancelled = options.signal?.aborted === true;
      const stoodStill = performance.now() - began > sending.timeoutMs + STOOD_STILL_MS;
      const kind = cancelled || stoodStill ? 'neither' : verdictOf(outcome);
      const reason = outcome.kind === 'answered' ? `answered ${outcome.status}` : outcome.error;
      await this.#breakers.record(connection, { kind, reason }, probe);
      return outcome;
    } finally {
      turn.end(performance.now() - began);
    }
  }

  #sendingOf(connection: OpenConnection, request: OutgoingRequest, options: SendOptions): Sending {
    return {
      connection,
      secret: this.#connections.secretOf(connection),
      request,
      options,
      timeoutMs: this.timeoutOf(connection, options),
      waitedMs: 0,
    };
  }

  /** How long a request may take, its answer included, in ms. */
  timeoutOf({ settings }: OpenConnection, options: Pick<SendOptions, 'timeoutMs'> = {}): number {
    const seconds = settings.policy.timeoutSeconds;
    return options.timeoutMs ?? (seconds === undefined ? this.#parts.timeoutMs : seconds * 1_000);
  }

  #forget(id: string): void {
    this.#sending.agents.forget(id);
    this.#sending.tokens.forget(id);
    this.#breakers.forget(id);
    this.#pacer.forget(id);
    this.#toAccredible.delete(id);
  }
}

function refusedUntil(retryAt: Date): Grant {
  return { granted: 0, retryAt, reason: 'breaker-open' };
}

function isAnyAccredible(hosts: Iterable<string>): boolean {
  for (const host of hosts) if (isAccredible(host)) return true;
  return false;
}

function mapValues<Key, From, To>(
  map: ReadonlyMap<Key, From>,
  change: (value: From, key: Key) => To,
): Map<Key, To> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]));
}
