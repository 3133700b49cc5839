export { findItems } from './find-items.ts';
export type { FoundItem } from './find-items.ts';
export { putCatalog } from './put-catalog.ts';
export { catalogRoutes } from './routes.ts';
