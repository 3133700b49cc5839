import type { FastifyPluginAsync } from 'fastify';

import { holderOf } from '../access/index.ts';
import { storageProblem } from '../platform/db/storable-json.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { bagOf, envelope, pageOf, withCatalog } from './catalog-request.ts';
import type { CatalogRequest } from './catalog-request.ts';
import { listItems, lockCatalog, addColumns, writeItems } from './catalog-store.ts';
import type { Catalog, Item, WriteItem } from './catalog-store.ts';

const MAX_BATCH = 1_000;

/** Items of a catalog: `{itemKey, value: {…}}`. */
export function itemRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    app.get(
      '/catalogs/bags/:catalogId/items',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const { itemKey: key, searchBy: search } = request.query;
          const { items, total } = await listItems(platform.db, {
            workspaceId: holderOf(request).workspaceId,
            catalogId: catalog.id,
            key: key === '' ? undefined : key,
            search: search === '' ? undefined : search,
            ...pageOf(request.query),
          });
          return reply.send(
            envelope(
              platform,
              items.map((item) => itemBody(item, catalog)),
              total,
            ),
          );
        }),
    );

    app.get(
      '/catalogs/bags/:catalogId/keys',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) =>
          reply.send(envelope(platform, catalog.columns, catalog.columns.length)),
        ),
    );

    app.get(
      '/catalogs/bags/:catalogId/items/itemKey/:itemKey',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const key = String(Reflect.get(request.params, 'itemKey'));
          const found = await listItems(platform.db, {
            workspaceId: holderOf(request).workspaceId,
            catalogId: catalog.id,
            key,
            limit: 1,
            offset: 0,
          });
          const [item] = found.items;
          if (item === undefined) return sendHubError(reply, 404, 'There is no item with this key.');
          return reply.send(envelope(platform, itemBody(item, catalog), 1));
        }),
    );

    app.post(
      '/catalogs/bags/:catalogId/items',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const parsed = parseItems([request.body], () => '');
          if ('errors' in parsed) return sendHubError(reply, 400, summary(parsed.errors), parsed.errors);
          await store(platform, holderOf(request).workspaceId, catalog, parsed.items);
          return reply.send(envelope(platform, true, 1));
        }),
    );

    app.post(
      '/catalogs/bags/:catalogId/items/batch',
      async (request: CatalogRequest, reply) =>
        await withCatalog(platform, request, reply, async (catalog) => {
          const body: unknown = request.body;
          if (!Array.isArray(body)) return sendHubError(reply, 400, 'The body must be an array of items.');
          if (body.length > MAX_BATCH)
            return sendHubError(
              reply,
              400,
              `A batch holds at most ${MAX_BATCH} items; this one has ${body.length}.`,
            );
          const parsed = parseItems(body, (index) => `[${index}].`);
          if ('errors' in parsed) return sendHubError(reply, 400, summary(parsed.errors), parsed.errors);
          await store(platform, holderOf(request).workspaceId, catalog, parsed.items);
          return reply.send(envelope(platform, true, parsed.items.length));
        }),
    );
  };
}

async function store(
  platform: Platform,
  workspaceId: string,
  catalog: Catalog,
  items: readonly WriteItem[],
): Promise<void> {
  await inTransaction(platform.db, async (tx) => {
    const now = platform.clock.now();
    await lockCatalog(tx, workspaceId, catalog.id);
    const last = new Map(items.map((item) => [item.key, item]));
    await writeItems(tx, platform.numericIds, now, { workspaceId, catalogId: catalog.id }, [
      ...last.values(),
    ]);
    const columns = items.flatMap(({ value }) => Object.keys(value));
    await addColumns(tx, now, { workspaceId, id: catalog.id, columns });
  });
}

function parseItems(
  bodies: readonly unknown[],
  prefix: (index: number) => string,
): { readonly items: readonly WriteItem[] } | { readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const items = bodies.flatMap((body, index): WriteItem[] => {
    const member = (name: string): unknown =>
      typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    const key = member('itemKey');
    const value = member('value');
    const before = errors.length;
    if (typeof key !== 'string' || key.trim() === '' || storageProblem(key) !== undefined) {
      errors.push({
        field: `${prefix(index)}itemKey`,
        message: 'must be a non-empty string',
        rejectedValue: key,
      });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      errors.push({ field: `${prefix(index)}value`, message: 'must be an object', rejectedValue: value });
      return [];
    }
    const problem = storageProblem(value, `${prefix(index)}value`);
    if (problem !== undefined) errors.push({ field: problem.path, message: problem.message });
    return errors.length > before ? [] : [{ key: String(key).trim(), value: { ...value } }];
  });
  return errors.length > 0 ? { errors } : { items };
}

function summary([first, ...others]: readonly FieldError[]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return first === undefined ? 'The request is not valid.' : `${first.field} ${first.message}${more}`;
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
