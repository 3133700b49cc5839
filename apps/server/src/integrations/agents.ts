import { Agent, Pool } from 'undici';

import { guardedConnector } from '../platform/egress/index.ts';
import type { EgressPolicy } from '../platform/egress/index.ts';
import type { OpenConnection } from './connection.ts';
import { timedConnector } from './socket-timings.ts';

/** Sockets of a connection to one destination. Further requests wait here. */
const SOCKETS = 128;
const IDLE_MS = 60_000;

interface Entry {
  readonly agent: Agent;
  readonly revision: number;
  usedAt: number;
}

/**
 * An agent for each connection: a destination that hangs never holds a socket of another one. An agent is closed when
 * its connection changed or was idle for a minute; requests under way are finished first.
 */
export class ConnectionAgents {
  readonly #policy: EgressPolicy;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #sweep: NodeJS.Timeout;

  constructor(policy: EgressPolicy) {
    this.#policy = policy;
    this.#sweep = setInterval(() => this.#closeIdle(), IDLE_MS / 2).unref();
  }

  of(connection: OpenConnection): Agent {
    const present = this.#entries.get(connection.id);
    if (present?.revision === connection.revision) {
      present.usedAt = performance.now();
      return present.agent;
    }
    if (present !== undefined) {
      // A batch that was loaded before the change may still send: it is not to bring the old agent back.
      if (present.revision > connection.revision) return present.agent;
      this.#close(connection.id, present);
    }
    const entry = { agent: this.#make(connection), revision: connection.revision, usedAt: performance.now() };
    this.#entries.set(connection.id, entry);
    return entry.agent;
  }

  /** Closes the agent of a connection that does not exist any more. */
  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#close(id, entry);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    for (const [id, entry] of this.#entries) this.#close(id, entry);
    await Promise.all(this.#closing);
  }

  #make({ settings }: OpenConnection): Agent {
    const guard = {
      policy: this.#policy,
      connectTimeoutMs: settings.policy.connectTimeoutSeconds * 1_000,
      // Over HTTP/2 undici sends requests of a refused stream again by itself; what may be repeated is our decision.
      allowH2: false,
    };
    return new Agent({
      connections: SOCKETS,
      allowH2: false,
      // A connector for each origin, as the guard's own agent has it: its verdict depends on scheme, host and port.
      factory: (origin, options) =>
        new Pool(origin, Object.assign({}, options, { connect: timedConnector(guardedConnector(guard)) })),
    });
  }

  #closeIdle(): void {
    const longAgo = performance.now() - IDLE_MS;
    for (const [id, entry] of this.#entries) if (entry.usedAt < longAgo) this.#close(id, entry);
  }

  #close(id: string, entry: Entry): void {
    this.#entries.delete(id);
    const closed = entry.agent.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
