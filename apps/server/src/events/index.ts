export { EventLog } from './append-events.ts';
export type { EventSubscriber } from './append-events.ts';
export { KnownDefinitions, listEventDefinitions, putEventDefinition } from './event-definitions.ts';
export { ensureEventPartitions } from './event-partitions.ts';
export type { NewEvent } from './event-store.ts';
export { createIngest } from './ingest-events.ts';
export { eventRoutes } from './routes.ts';
