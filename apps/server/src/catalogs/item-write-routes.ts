import type { FastifyPluginAsync, FastifyReply } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import { afterTurn, idOf, noCatalog, refuse, withCatalog } from './catalog-request.ts';
import type { CatalogContext, CatalogRequest } from './catalog-request.ts';
import { lockCatalog } from './catalog-store.ts';
import { parseItems } from './item-input.ts';
import type { ParsedItems } from './item-input.ts';
import { MAX_COLUMNS } from './item-rules.ts';
import { deleteItem } from './item-store.ts';
import { writeItemsToCatalog } from './write-items.ts';

const MAX_BATCH = 1_000;

/** Writes answer with a bare `true`: so has it the compatible surface. */
export function itemWriteRoutes(context: CatalogContext): FastifyPluginAsync {
  const { platform } = context;
  return async (app) => {
    app.post(
      '/catalogs/bags/:catalogId/items',
      async (request: CatalogRequest, reply) =>
        await withCatalog(
          platform,
          request,
          reply,
          async ({ id }) =>
            await write(
              context,
              request,
              reply,
              id,
              parseItems([request.body], () => ''),
            ),
        ),
    );

    app.post(
      '/catalogs/bags/:catalogId/items/batch',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async ({ id }) => {
          const body: unknown = request.body;
          if (!Array.isArray(body)) return sendHubError(reply, 400, 'The body must be an array of items.');
          if (body.length > MAX_BATCH)
            return sendHubError(
              reply,
              400,
              `A batch holds at most ${MAX_BATCH} items; this one has ${body.length}.`,
            );
          const parsed = parseItems(body, (index) => `[${index}].`);
          return await write(context, request, reply, id, parsed);
        }),
    );

    app.delete(
      '/catalogs/bags/:catalogId/items/:itemId',
      async (request: CatalogRequest, reply) =>
        await withCatalog(
          platform,
          request,
          reply,
          async ({ id }) => await remove(context, request, reply, id),
        ),
    );
  };
}

async function write(
  { platform, turns }: CatalogContext,
  request: CatalogRequest,
  reply: FastifyReply,
  catalogId: number,
  parsed: ParsedItems,
): Promise<FastifyReply> {
  if (parsed.kind === 'invalid') return refuse(reply, parsed.errors);
  const scope = { workspaceId: holderOf(request).workspaceId, catalogId };
  const turn = await turns.take(
    catalogId,
    async () => await writeItemsToCatalog(platform, scope, parsed.items),
  );
  return afterTurn(reply, turn, (outcome) => {
    switch (outcome.kind) {
      case 'written':
        return reply.send(true);
      case 'no-catalog':
        return noCatalog(reply);
      case 'too-many-columns': {
        const message = `would give the catalog more than ${MAX_COLUMNS} columns`;
        return refuse(reply, [{ field: 'value', message }]);
      }
    }
  });
}

async function remove(
  { platform, turns }: CatalogContext,
  request: CatalogRequest,
  reply: FastifyReply,
  catalogId: number,
): Promise<FastifyReply> {
  const { workspaceId } = holderOf(request);
  const itemId = idOf(request.params.itemId);
  const turn = await turns.take(
    catalogId,
    async () =>
      await inTransaction(platform.db, async (tx) => {
        if (itemId === undefined) return false;
        if ((await lockCatalog(tx, workspaceId, catalogId)) === undefined) return false;
        return await deleteItem(tx, { workspaceId, catalogId }, itemId);
      }),
  );
  return afterTurn(reply, turn, (deleted) =>
    deleted ? reply.send(true) : sendHubError(reply, 404, 'There is no item with this id.'),
  );
}
