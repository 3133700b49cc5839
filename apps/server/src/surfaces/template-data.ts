import type { DataAnswer } from '@laurel/inserts';

import { findItems } from '../catalogs/index.ts';
import type { Database } from '../platform/db/database.ts';
import type { FetchData } from '../runs/index.ts';

/** Answers what templates need from the catalogs: one query for all look-ups of a batch. */
export function templateData(db: Database): FetchData {
  return async (workspaceId, requests) => {
    const wanted = requests.filter((request) => request.kind === 'catalog-item');
    const items = await findItems(db, { workspaceId, requests: wanted });
    return new Map(
      requests.map(({ key }): [string, DataAnswer] => [key, items.get(key) ?? unsupported(key)]),
    );
  };
}
