export { schemaRoutes } from './routes.ts';
export { putSchema } from './schema-store.ts';
export type { PutSchemaOutcome } from './schema-store.ts';
