import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import { QueryReader } from '../platform/http/query-reader.ts';
import type { Platform } from '../platform/platform.ts';
import {
  afterTurn,
  bagWithFields,
  envelope,
  idOf,
  noCatalog,
  pageOf,
  refuse,
  withCatalog,
} from './catalog-request.ts';
import type { CatalogContext, CatalogRequest } from './catalog-request.ts';
import { CATALOG_NAME, deleteCatalog, findCatalog, insertCatalog, listCatalogs } from './catalog-store.ts';
import type { CatalogOrder } from './catalog-store.ts';
import { exportCsv } from './export-csv.ts';
import { itemRoutes } from './item-routes.ts';
import { itemWriteRoutes } from './item-write-routes.ts';
import { uploadRoutes } from './upload-routes.ts';
import { WriteTurns } from './write-turns.ts';

const MAX_DELETED = 100;

/** There are no authors here: by author is by id. */
const ORDERS: ReadonlyMap<string, CatalogOrder> = new Map([
  ['id', 'id'],
  ['author', 'id'],
  ['creationDate', 'created_at'],
  ['lastModified', 'updated_at'],
]);

/** Catalogs and their items. Source of paths and shapes: Synerise's catalogs API. */
export function catalogRoutes(platform: Platform): FastifyPluginAsync {
  const context: CatalogContext = { platform, turns: new WriteTurns() };
  return async (app) => {
    // Read as an object without members, a form would be refused for what it does not say.
    app.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
    app.get('/catalogs/bags', async (request, reply) => await list(platform, request, reply));
    app.post('/catalogs/bags', async (request, reply) => await create(platform, request, reply));
    app.delete('/catalogs/bags', async (request, reply) => await deleteMany(context, request, reply));
    app.get(
      '/catalogs/bags/:catalogId',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) =>
          reply.send(envelope(platform, bagWithFields(catalog), 1)),
        ),
    );
    app.delete('/catalogs/bags/:catalogId', async (request: CatalogRequest, reply) => {
      const turn = await deleteOne(context, request, request.params.catalogId);
      return afterTurn(reply, turn, (deleted) =>
        deleted ? reply.send(envelope(platform, true, 1)) : noCatalog(reply),
      );
    });
    app.get(
      '/catalogs/bags/:catalogId/csv',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) =>
          reply
            .type('text/csv; charset=utf-8')
            .header('content-disposition', `attachment; filename="${catalog.name}.csv"`)
            .send(exportCsv(platform.db, holderOf(request).workspaceId, catalog)),
        ),
    );
    await app.register(itemRoutes(platform));
    await app.register(itemWriteRoutes(context));
    await app.register(uploadRoutes(context));
  };
}

async function list(platform: Platform, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const read = new QueryReader(request.query);
  const order = read.text('orderBy');
  const orderBy = ORDERS.get(order ?? 'id');
  const query = { ...pageOf(read), search: read.text('searchBy') };
  if (read.problems.length > 0) return refuse(reply, read.problems);
  if (orderBy === undefined) {
    const message = `must be one of ${[...ORDERS.keys()].join(', ')}`;
    return refuse(reply, [{ field: 'orderBy', message, rejectedValue: order }]);
  }
  const { workspaceId } = holderOf(request);
  const { catalogs, total } = await listCatalogs(platform.db, { workspaceId, orderBy, ...query });
  return reply.send(envelope(platform, catalogs.map(bagWithFields), total));
}

async function create(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body: unknown = request.body;
  const name: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'name') : undefined;
  if (typeof name !== 'string' || !CATALOG_NAME.test(name)) {
    const message = 'must be 1 to 100 letters without diacritics, digits or "_"';
    return refuse(reply, [{ field: 'name', message, rejectedValue: name }]);
  }
  const { workspaceId } = holderOf(request);
  const catalog = await inTransaction(
    platform.db,
    async (tx) => await insertCatalog(tx, platform.numericIds, platform.clock.now(), workspaceId, name),
  );
  if (catalog === undefined) {
    return sendHubError(reply, 409, `There is a catalog named ${name} already.`, [
      { field: 'name', message: 'is the name of another catalog', rejectedValue: name },
    ]);
  }
  return reply.send(envelope(platform, bagWithFields(catalog), 1));
}

/** `["1", "2"]`: answers for each id whether its catalog was deleted. */
async function deleteMany(
  context: CatalogContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const ids: unknown = request.body;
  if (!Array.isArray(ids)) return sendHubError(reply, 400, 'The body must be an array of ids of catalogs.');
  if (ids.length > MAX_DELETED)
    return sendHubError(
      reply,
      400,
      `A request deletes at most ${MAX_DELETED} catalogs; this one has ${ids.length}.`,
    );
  const wrong = ids.findIndex((id) => idOf(id) === undefined);
  if (wrong !== -1) {
    const rejectedValue: unknown = ids[wrong];
    return refuse(reply, [{ field: `[${wrong}]`, message: 'must be the id of a catalog', rejectedValue }]);
  }
  const results: { id: string; result: boolean }[] = [];
  for (const id of ids.map(String)) {
    const turn = await deleteOne(context, request, id);
    results.push({ id, result: turn.kind === 'done' && turn.value });
  }
  return reply.send(envelope(context.platform, results, results.length));
}

async function deleteOne({ platform, turns }: CatalogContext, request: FastifyRequest, idText: string) {
  const id = idOf(idText);
  const { workspaceId } = holderOf(request);
  // Looked up first: nobody is to wait for, or learn of, a write to a catalog of another workspace.
  if (id === undefined || (await findCatalog(platform.db, workspaceId, { id })) === undefined)
    return { kind: 'done', value: false } as const;
  return await turns.take(
    id,
    async () => await inTransaction(platform.db, async (tx) => await deleteCatalog(tx, workspaceId, id)),
  );
}
