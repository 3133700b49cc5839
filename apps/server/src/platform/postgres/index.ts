export { startEmbeddedPostgres } from './start.ts';
export type { ServerEvent } from './supervision.ts';
