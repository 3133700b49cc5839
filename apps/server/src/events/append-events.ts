import type { Tx } from '../platform/db/database.ts';
import type { KnownDefinitions } from './event-definitions.ts';
import { insertEvents } from './event-store.ts';
import type { NewEvent } from './event-store.ts';

/** What events start: further events about it, and rows that are written with them. */
export interface Consequences {
  /** Stored with the events. Nothing is started by these. */
  readonly events: readonly NewEvent[];
  write(tx: Tx): Promise<void>;
  /** To be called after the commit. */
  confirm(): void;
}

/**
 * Is told of new events within the transaction that stores them: what they start is stored with them, or not at all.
 */
export type EventSubscriber = (tx: Tx, events: readonly NewEvent[]) => Promise<Consequences>;

/** Of events that start nothing. */
export const NO_CONSEQUENCES: Consequences = {
  events: [],
  write: async () => undefined,
  confirm: () => undefined,
};

/** Stores events of known profiles, and tells the subscriber. */
export class EventLog {
  readonly #definitions: KnownDefinitions;
  #subscriber: EventSubscriber = async () => NO_CONSEQUENCES;

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
    // What workflows write about themselves starts nothing: a workflow that its own start could start would never end.
    const told = events.filter(({ source }) => source !== 'system');
    const consequences = told.length === 0 ? NO_CONSEQUENCES : await this.#subscriber(tx, told);
    const all = [...events, ...consequences.events];
    const [confirmDefinitions] = await Promise.all([
      this.#define(tx, all),
      insertEvents(tx, all),
      consequences.write(tx),
    ]);
    return () => {
      confirmDefinitions();
      consequences.confirm();
    };
  }

  async #define(tx: Tx, events: readonly NewEvent[]): Promise<() => void> {
    const confirms = await Promise.all(
      [...Map.groupBy(events, ({ source }) => source)].map(async ([source, group]) => {
        const actions = group.map(({ workspaceId, action }) => ({ workspaceId, name: action }));
        const origin = source === 'api' ? 'received' : source;
        return await this.#definitions.ensure(tx, actions, origin);
      }),
    );
    return () => confirms.forEach((confirm) => confirm());
  }
}
