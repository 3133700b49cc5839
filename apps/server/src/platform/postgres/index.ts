export type { FailureCode } from './outcome.ts';
export { startEmbeddedPostgres } from './start.ts';
export type { EmbeddedPostgres, StartOptions, StartOutcome } from './start.ts';
export type { ServerEvent } from './supervision.ts';
