import { Readable } from 'node:stream';

import type { Database } from '../platform/db/database.ts';
import type { Catalog } from './catalog-store.ts';

const PAGE = 1_000;

/**
 * A catalog as CSV: `item_key`, then its columns. Values are exact: a cell that a spreadsheet would take for a formula is
 * not changed, so what is exported can be imported again.
 */
export function exportCsv(db: Database, workspaceId: string, catalog: Catalog): Readable {
  return Readable.from(lines(db, workspaceId, catalog));
}

async function* lines(db: Database, workspaceId: string, catalog: Catalog): AsyncGenerator<string> {
  yield line(['item_key', ...catalog.columns]);
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('catalog_item')
      .select(['item_key', 'value'])
      .where('workspace_id', '=', workspaceId)
      .where('catalog_id', '=', catalog.id)
      .where('item_key', '>', after)
      .orderBy('item_key')
      .limit(PAGE)
      .execute();
    yield rows
      .map(({ item_key: key, value }) => line([key, ...catalog.columns.map((column) => cell(value, column))]))
      .join('');
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.item_key;
  }
}

function cell(value: unknown, column: string): string {
  const member: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, column)
      ? Reflect.get(value, column)
      : '';
  if (typeof member === 'string') return member;
  return member === null || member === undefined ? '' : JSON.stringify(member);
}

function line(cells: readonly string[]): string {
  return `${cells.map((text) => (/[",\r\n;\t|]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text)).join(',')}\r\n`;
}
