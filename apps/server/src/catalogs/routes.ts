import multipart from '@fastify/multipart';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { bagOf, envelope, pageOf, withCatalog } from './catalog-request.ts';
import type { CatalogRequest } from './catalog-request.ts';
import { CATALOG_NAME, deleteCatalog, insertCatalog, listCatalogs } from './catalog-store.ts';
import type { Catalog } from './catalog-store.ts';
import { exportCsv } from './export-csv.ts';
import { importCsv } from './import-csv.ts';
import { itemRoutes } from './item-routes.ts';
import { CsvRefusal } from './read-csv.ts';
import { takeUpload } from './upload.ts';

const MAX_FILE_BYTES = 200 * 1024 * 1024;

/** Catalogs and their items. Source of paths and shapes: Synerise's catalogs API. */
export function catalogRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    await app.register(multipart, {
      limits: { fileSize: MAX_FILE_BYTES, files: 1, fields: 20 },
      throwFileSizeLimit: true,
    });

    app.get<{ Querystring: Readonly<Record<string, string | undefined>> }>(
      '/catalogs/bags',
      async (request, reply) => {
        const page = pageOf(request.query);
        const { workspaceId } = holderOf(request);
        const { catalogs, total } = await listCatalogs(platform.db, {
          workspaceId,
          search: request.query['searchBy'],
          ...page,
        });
        return reply.send(envelope(platform, catalogs.map(bagOf), total));
      },
    );

    app.post('/catalogs/bags', async (request, reply) => {
      const body: unknown = request.body;
      const name: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'name') : undefined;
      if (typeof name !== 'string' || !CATALOG_NAME.test(name)) {
        const message = 'must be 1 to 100 letters without diacritics, digits or "_"';
        return sendHubError(reply, 400, `name ${message}`, [{ field: 'name', message, rejectedValue: name }]);
      }
      const { workspaceId } = holderOf(request);
      const catalog = await inTransaction(
        platform.db,
        async (tx) => await insertCatalog(tx, platform.numericIds, platform.clock.now(), workspaceId, name),
      );
      if (catalog === undefined) return sendHubError(reply, 409, `There is a catalog named ${name} already.`);
      return reply.send(envelope(platform, bagOf(catalog), 1));
    });

    app.get(
      '/catalogs/bags/:catalogId',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) =>
          reply.send(envelope(platform, bagOf(catalog), 1)),
        ),
    );

    app.delete(
      '/catalogs/bags/:catalogId',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async ({ id }) => {
          const { workspaceId } = holderOf(request);
          return reply.send(
            await inTransaction(platform.db, async (tx) => await deleteCatalog(tx, workspaceId, id)),
          );
        }),
    );

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

    app.post(
      '/catalogs/bags/:catalogId/items/upload',
      { bodyLimit: MAX_FILE_BYTES + 1024 * 1024 },
      async (request: CatalogRequest, reply) =>
        await withCatalog(
          platform,
          request,
          reply,
          async (catalog) => await upload(platform, catalog, request, reply),
        ),
    );

    await app.register(itemRoutes(platform));
  };
}

async function upload(
  platform: Platform,
  catalog: Catalog,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!request.isMultipart())
    return sendHubError(reply, 415, 'Send the file as multipart/form-data, with itemKey and file.');
  await using form = await takeUpload(request);
  const keyColumn = form.fields.get('itemKey')?.trim() ?? '';
  if (keyColumn === '')
    return sendHubError(reply, 400, 'itemKey must name the key column', [
      { field: 'itemKey', message: 'must name the key column' },
    ]);
  const file = form.open();
  if (file === undefined)
    return sendHubError(reply, 400, 'The form has no file.', [{ field: 'file', message: 'is missing' }]);
  const { workspaceId } = holderOf(request);
  try {
    // Not run again on a conflict: the file can be read only once, and imports wait for each other's lock.
    const rows = await platform.db
      .transaction()
      .execute(
        async (tx) => await importCsv(tx, platform, { workspaceId, catalogId: catalog.id, keyColumn }, file),
      );
    return await reply.send(envelope(platform, true, rows));
  } catch (error) {
    if (!(error instanceof CsvRefusal)) throw error;
    const field = error.message.includes('for the key') ? 'itemKey' : 'file';
    return sendHubError(reply, 400, `The file is not imported: ${error.message}`, [
      { field, message: error.message },
    ]);
  }
}
