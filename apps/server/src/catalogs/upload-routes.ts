import multipart from '@fastify/multipart';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import { afterTurn, busy, noCatalog, refuse, withCatalog } from './catalog-request.ts';
import type { CatalogContext, CatalogRequest } from './catalog-request.ts';
import { CsvRefusal } from './csv-refusal.ts';
import { importCsv } from './import-csv.ts';
import { takeUpload } from './upload.ts';

const MAX_FILE_BYTES = 200 * 1024 * 1024;
/** Files that may lie on the disk at once, of which each can have 200 MB. */
const MAX_UPLOADS = 8;

/** The import of a CSV file: `multipart/form-data` with `itemKey`, the name of the key column, and the file. */
export function uploadRoutes(context: CatalogContext): FastifyPluginAsync {
  let underWay = 0;
  return async (app) => {
    await app.register(multipart, {
      limits: { fileSize: MAX_FILE_BYTES, files: 1, fields: 20, fieldSize: 1_000 },
      throwFileSizeLimit: true,
    });
    app.post(
      '/catalogs/bags/:catalogId/items/upload',
      { bodyLimit: MAX_FILE_BYTES + 1024 * 1024 },
      async (request: CatalogRequest, reply) =>
        await withCatalog(context.platform, request, reply, async (catalog) => {
          if (!request.isMultipart())
            return sendHubError(reply, 415, 'Send the file as multipart/form-data, with itemKey and file.');
          if (underWay >= MAX_UPLOADS) return busy(reply);
          underWay++;
          try {
            return await upload(context, catalog.id, request, reply);
          } finally {
            underWay--;
          }
        }),
    );
  };
}

async function upload(
  { platform, turns }: CatalogContext,
  catalogId: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const outcome = await takeUpload(request);
  if (outcome.kind === 'malformed')
    return sendHubError(reply, 400, `The form cannot be read: ${outcome.message}`);
  await using form = outcome.upload;
  const keyColumn = form.fields.get('itemKey')?.trim() ?? '';
  const { openFile } = form;
  if (keyColumn === '') return refuse(reply, [{ field: 'itemKey', message: 'must name the key column' }]);
  if (openFile === undefined) return refuse(reply, [{ field: 'file', message: 'is missing' }]);
  const target = { workspaceId: holderOf(request).workspaceId, catalogId, keyColumn };
  try {
    const turn = await turns.take(
      catalogId,
      async () =>
        await inTransaction(
          platform.db,
          // Opened for each attempt: where the transaction is run again, the file is read again.
          async (tx) => await importCsv(tx, platform, target, openFile()),
        ),
    );
    return afterTurn(reply, turn, (imported) => {
      switch (imported.kind) {
        case 'imported':
          return reply.send(true);
        case 'no-catalog':
          return noCatalog(reply);
      }
    });
  } catch (error) {
    if (!(error instanceof CsvRefusal)) throw error;
    return sendHubError(reply, 400, `The file is not imported: ${error.message}`, [
      { field: error.field, message: error.message },
    ]);
  }
}
