export { putSchema } from './put-schema.ts';
export { schemaRoutes } from './routes.ts';
