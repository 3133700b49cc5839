import type { FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { findCatalog } from './catalog-store.ts';
import type { Catalog } from './catalog-store.ts';

const MAX_PAGE = 1_000;

/** A request below `/catalogs/bags/:catalogId`. */
export type CatalogRequest = FastifyRequest<{
  Params: { catalogId: string };
  Querystring: Readonly<Record<string, string | undefined>>;
}>;

/** Runs a handler with the catalog of the path, or answers 404. */
export async function withCatalog(
  platform: Platform,
  request: CatalogRequest,
  reply: FastifyReply,
  handle: (catalog: Catalog) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const id = Number(request.params.catalogId);
  const catalog = Number.isSafeInteger(id)
    ? await findCatalog(platform.db, holderOf(request).workspaceId, { id })
    : undefined;
  if (catalog === undefined) return sendHubError(reply, 404, 'There is no catalog with this id.');
  return await handle(catalog);
}

/** `limit` (default 100, at most 1,000) and `offset` of a list; what is no number is the default. */
export function pageOf(query: Readonly<Record<string, string | undefined>>): {
  limit: number;
  offset: number;
} {
  const limit = Math.trunc(Number(query['limit'] ?? ''));
  const offset = Math.trunc(Number(query['offset'] ?? ''));
  return {
    limit: limit >= 1 ? Math.min(limit, MAX_PAGE) : 100,
    offset: offset >= 0 && Number.isSafeInteger(offset) ? offset : 0,
  };
}

export function envelope(platform: Platform, data: unknown, totalCount: number): object {
  return { data, metaData: { requestTime: platform.clock.now().toISOString(), totalCount } };
}

export function bagOf(catalog: Catalog): object {
  return {
    id: catalog.id,
    name: catalog.name,
    creationDate: catalog.createdAt.toISOString(),
    lastModified: catalog.updatedAt.toISOString(),
    mappings: [],
    primaryKey: catalog.keyColumn === undefined ? null : { name: catalog.keyColumn, description: '' },
    fields: catalog.columns,
    beforeFiltering: false,
  };
}
