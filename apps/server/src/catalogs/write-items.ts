import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { lockCatalog, updateCatalog, widened } from './catalog-store.ts';
import type { ItemInput } from './item-input.ts';
import { MAX_COLUMNS } from './item-rules.ts';
import { writeItems } from './item-store.ts';
import type { CatalogScope } from './item-store.ts';

export type WriteOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'no-catalog' }
  | { readonly kind: 'too-many-columns' };

/** Writes items into a catalog, over those of the same key, all or none. Of several with one key the last counts. */
export async function writeItemsToCatalog(
  platform: Platform,
  scope: CatalogScope,
  items: readonly ItemInput[],
): Promise<WriteOutcome> {
  return await inTransaction(platform.db, async (tx): Promise<WriteOutcome> => {
    const now = platform.clock.now();
    const catalog = await lockCatalog(tx, scope.workspaceId, scope.catalogId);
    if (catalog === undefined) return { kind: 'no-catalog' };
    const columns = widened(
      catalog,
      items.flatMap((item) => item.columns),
    );
    if (columns.length > MAX_COLUMNS) return { kind: 'too-many-columns' };
    const last = new Map(items.map((item) => [item.key, item]));
    const changes = await writeItems(tx, platform.numericIds, now, scope, [...last.values()]);
    if (changes > 0 || columns.length > catalog.columns.length)
      await updateCatalog(tx, now, scope.workspaceId, { ...catalog, columns });
    return { kind: 'written' };
  });
}
