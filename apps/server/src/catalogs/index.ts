export { findItems } from './find-items.ts';
export type { FoundItem, ItemRequest } from './find-items.ts';
export { putCatalog } from './put-catalog.ts';
export type { PutCatalogOutcome } from './put-catalog.ts';
export { catalogRoutes } from './routes.ts';
