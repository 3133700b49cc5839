import { Readable } from 'node:stream';

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { storageProblem } from '../platform/db/storable-json.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import { QueryReader } from '../platform/http/query-reader.ts';
import type { Platform } from '../platform/platform.ts';
import { bagOf, envelope, idOf, metaData, pageOf, refuse, withCatalog } from './catalog-request.ts';
import type { CatalogRequest } from './catalog-request.ts';
import type { Catalog } from './catalog-store.ts';
import { listItems, readItems, sizesOfItems } from './item-store.ts';
import type { Item, ItemSize } from './item-store.ts';

const MAX_IDS = 1_000;

/** What can be read of the items of a catalog. */
export function itemRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    app.get(
      '/catalogs/bags/:catalogId/items',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const read = new QueryReader(request.query);
          const query = { ...pageOf(read), key: read.text('itemKey'), search: read.text('searchBy') };
          if (read.problems.length > 0) return refuse(reply, read.problems);
          const { items, total } = await listItems(platform.db, { ...scopeOf(request, catalog), ...query });
          return sendItems(platform, request, reply, { catalog, items, total });
        }),
    );

    app.get(
      '/catalogs/bags/:catalogId/keys',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async ({ columns }) =>
          reply.send(envelope(platform, columns, columns.length)),
        ),
    );

    app.get(
      '/catalogs/bags/:catalogId/items/itemKey/:itemKey',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const { itemKey = '' } = request.params;
          const problem = storageProblem(itemKey, 'itemKey');
          if (problem !== undefined)
            return refuse(reply, [{ field: 'itemKey', message: problem.message, rejectedValue: itemKey }]);
          const page = { key: itemKey, limit: 1, offset: 0 };
          const { items } = await listItems(platform.db, { ...scopeOf(request, catalog), ...page });
          return await sendItem(platform, request, reply, { catalog, items, absent: 'key' });
        }),
    );

    app.get(
      '/catalogs/bags/:catalogId/items/:itemId',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const id = idOf(request.params.itemId);
          const items =
            id === undefined ? [] : await sizesOfItems(platform.db, scopeOf(request, catalog), [id]);
          return await sendItem(platform, request, reply, { catalog, items, absent: 'id' });
        }),
    );

    for (const path of ['byIds', 'list']) {
      app.post(
        `/catalogs/bags/:catalogId/items/${path}`,
        async (request: CatalogRequest, reply) =>
          await withCatalog(
            platform,
            request,
            reply,
            async (catalog) => await byIds(platform, request, reply, catalog),
          ),
      );
    }
  };
}

/** `[1, 2]`: the items of these ids, by id; unknown ones are left out. */
async function byIds(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  catalog: Catalog,
): Promise<FastifyReply> {
  const body: unknown = request.body;
  if (!Array.isArray(body)) return sendHubError(reply, 400, 'The body must be an array of ids of items.');
  if (body.length > MAX_IDS)
    return sendHubError(
      reply,
      400,
      `A request asks for at most ${MAX_IDS} items; this one has ${body.length}.`,
    );
  const ids = body.map(idOf);
  const wrong = ids.indexOf(undefined);
  if (wrong !== -1) {
    const rejectedValue: unknown = body[wrong];
    return refuse(reply, [{ field: `[${wrong}]`, message: 'must be the id of an item', rejectedValue }]);
  }
  const known = ids.filter((id) => id !== undefined);
  const items = await sizesOfItems(platform.db, scopeOf(request, catalog), known);
  return sendItems(platform, request, reply, { catalog, items, total: items.length });
}

function scopeOf(request: FastifyRequest, catalog: Catalog) {
  return { workspaceId: holderOf(request).workspaceId, catalogId: catalog.id };
}

async function sendItem(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  found: { catalog: Catalog; items: readonly ItemSize[]; absent: 'id' | 'key' },
): Promise<FastifyReply> {
  const { catalog, items } = found;
  for await (const [item] of readItems(platform.db, scopeOf(request, catalog), items)) {
    if (item !== undefined) return reply.send(envelope(platform, itemBody(item, catalog), 1));
  }
  return sendHubError(reply, 404, `There is no item with this ${found.absent}.`);
}

/** Sends a page in parts: as a whole, a page of large items would not fit into memory. */
function sendItems(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  page: { catalog: Catalog; items: readonly ItemSize[]; total: number },
): FastifyReply {
  const { catalog, items, total } = page;
  const parts = async function* (): AsyncGenerator<string> {
    // With the first items: until then, a failure can still be answered as one.
    let before = '{"data":[';
    for await (const part of readItems(platform.db, scopeOf(request, catalog), items)) {
      if (part.length === 0) continue;
      yield before + part.map((item) => JSON.stringify(itemBody(item, catalog))).join(',');
      before = ',';
    }
    yield `${before === ',' ? '' : before}],"metaData":${JSON.stringify(metaData(platform, total))}}`;
  };
  return reply.type('application/json; charset=utf-8').send(Readable.from(parts()));
}

/** `value` is JSON within a string, as the compatible surface has it. */
function itemBody(item: Item, catalog: Catalog): object {
  return {
    id: item.id,
    itemKey: item.itemKey,
    creationDate: item.createdAt.toISOString(),
    lastModified: item.updatedAt.toISOString(),
    value: JSON.stringify(item.value),
    bag: bagOf(catalog),
  };
}
