export { startEmbeddedPostgres } from './start.ts';
export type { EmbeddedPostgres, StartOptions, StartOutcome } from './start.ts';
