import type { Tx } from '../platform/db/database.ts';
import type { KnownDefinitions } from './event-definitions.ts';
import { insertEvents } from './event-store.ts';
import type { NewEvent } from './event-store.ts';

/**
 * Is told of new events within the transaction that stores them: what it starts is stored with them, or not at all. The
 * answer is called after the commit.
 */
export type EventSubscriber = (tx: Tx, events: readonly NewEvent[]) => Promise<() => void>;

/** Stores events of known profiles, and tells the subscriber. */
export class EventLog {
  readonly #definitions: KnownDefinitions;
  #subscriber: EventSubscriber = async () => () => undefined;

  constructor(definitions: KnownDefinitions) {
    this.#definitions = definitions;
  }

  /** There is one subscriber: whatever matches triggers. Set once, before the first event. */
  subscribe(subscriber: EventSubscriber): void {
    this.#subscriber = subscriber;
  }

  /** Appends as part of the caller's transaction. The answer is to be called after its commit. */
  async append(tx: Tx, events: readonly NewEvent[]): Promise<() => void> {
    if (events.length === 0) return () => undefined;
    const actions = events.map(({ workspaceId, action }) => ({ workspaceId, name: action }));
    const origin = events[0]?.source === 'api' ? 'received' : 'workflow';
    const [confirmDefinitions, , confirmStarts] = await Promise.all([
      this.#definitions.ensure(tx, actions, origin),
      insertEvents(tx, events),
      this.#subscriber(tx, events),
    ]);
    return () => {
      confirmDefinitions();
      confirmStarts();
    };
  }
}
