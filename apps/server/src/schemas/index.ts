export { schemaRoutes } from './routes.ts';
export { putSchema } from './schema-store.ts';
