import type { FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { QueryReader } from '../platform/http/query-reader.ts';
import type { Platform } from '../platform/platform.ts';
import { findCatalog } from './catalog-store.ts';
import type { Catalog } from './catalog-store.ts';
import type { Turn, WriteTurns } from './write-turns.ts';

const MAX_PAGE = 1_000;
const BUSY_SECONDS = 5;

/** What the routes of catalogs share. */
export interface CatalogContext {
  readonly platform: Platform;
  readonly turns: WriteTurns;
}

/** A request below `/catalogs/bags/:catalogId`. */
export type CatalogRequest = FastifyRequest<{
  Params: { catalogId: string; itemId?: string; itemKey?: string };
}>;

/** Runs a handler with the catalog of the path, or answers 404. */
export async function withCatalog(
  platform: Platform,
  request: CatalogRequest,
  reply: FastifyReply,
  handle: (catalog: Catalog) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const id = idOf(request.params.catalogId);
  const catalog =
    id === undefined ? undefined : await findCatalog(platform.db, holderOf(request).workspaceId, { id });
  return catalog === undefined ? noCatalog(reply) : await handle(catalog);
}

/** An id as it stands in a path or a body; undefined for what is none. */
export function idOf(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** `limit` (default 100; more than 1,000 are 1,000) and `offset` of a list. */
export function pageOf(read: QueryReader): { limit: number; offset: number } {
  return {
    limit: Math.min(MAX_PAGE, read.wholeNumber('limit', { min: 1, absent: 100 })),
    offset: read.wholeNumber('offset', { min: 0, absent: 0 }),
  };
}

export function envelope(platform: Platform, data: unknown, totalCount: number): object {
  return { data, metaData: metaData(platform, totalCount) };
}

export function metaData(platform: Platform, totalCount: number): object {
  return { requestTime: platform.clock.now().toISOString(), totalCount };
}

/** What an item says of its catalog; the catalog itself has its fields besides. */
export function bagOf(catalog: Catalog): object {
  return {
    id: catalog.id,
    name: catalog.name,
    creationDate: catalog.createdAt.toISOString(),
    lastModified: catalog.updatedAt.toISOString(),
    mappings: [],
    primaryKey: catalog.keyColumn === undefined ? null : { name: catalog.keyColumn, description: '' },
  };
}

export function bagWithFields(catalog: Catalog): object {
  return { ...bagOf(catalog), fields: catalog.columns, beforeFiltering: false };
}

export function refuse(reply: FastifyReply, errors: readonly FieldError[]): FastifyReply {
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const message =
    first === undefined ? 'The request is not valid.' : `${first.field} ${first.message}${more}`;
  return sendHubError(reply, 400, message, errors);
}

export function noCatalog(reply: FastifyReply): FastifyReply {
  return sendHubError(reply, 404, 'There is no catalog with this id.');
}

/** Answers with what a write came to, or that it has to be sent again later. */
export function afterTurn<T>(
  reply: FastifyReply,
  turn: Turn<T>,
  answer: (value: T) => FastifyReply,
): FastifyReply {
  return turn.kind === 'done' ? answer(turn.value) : busy(reply);
}

export function busy(reply: FastifyReply): FastifyReply {
  reply.header('retry-after', String(BUSY_SECONDS));
  return sendHubError(
    reply,
    503,
    'Too many writes to catalogs are under way. Nothing was stored; send the request again later.',
  );
}
