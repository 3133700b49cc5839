import { Readable } from 'node:stream';

import type { Database } from '../platform/db/database.ts';
import type { Catalog } from './catalog-store.ts';
import { listItemsAfter, readItems } from './item-store.ts';
import { KEY_COLUMN_OF_EXPORTS } from './read-csv.ts';

const PAGE = 1_000;

/**
 * A catalog as CSV: `item_key`, then its columns. Values are exact: a cell that a spreadsheet would take for a formula is
 * not changed, so what is exported can be imported again. An empty text is `""`, no value is nothing; what is no text is
 * JSON. The items are read in pages as the reader takes them: what is changed meanwhile may be in it or not.
 */
export function exportCsv(db: Database, workspaceId: string, catalog: Catalog): Readable {
  return Readable.from(lines(db, workspaceId, catalog));
}

async function* lines(db: Database, workspaceId: string, catalog: Catalog): AsyncGenerator<string> {
  yield line([KEY_COLUMN_OF_EXPORTS, ...catalog.columns]);
  const scope = { workspaceId, catalogId: catalog.id };
  for (let after = ''; ;) {
    const page = await listItemsAfter(db, scope, after, PAGE);
    for await (const items of readItems(db, scope, page)) {
      yield items
        .map(({ itemKey, value }) => line([itemKey, ...catalog.columns.map((column) => cell(value, column))]))
        .join('');
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.itemKey;
  }
}

function cell(value: Readonly<Record<string, unknown>>, column: string): string | undefined {
  const member = Object.hasOwn(value, column) ? value[column] : undefined;
  if (member === undefined || member === null) return undefined;
  return typeof member === 'string' ? member : JSON.stringify(member);
}

function line(cells: readonly (string | undefined)[]): string {
  return `${cells.map((text) => (text === undefined ? '' : quotedWhereNeeded(text))).join(',')}\r\n`;
}

function quotedWhereNeeded(text: string): string {
  const needed = text === '' || /[",\r\n;\t|]/.test(text) || text !== text.trim();
  return needed ? `"${text.replaceAll('"', '""')}"` : text;
}
