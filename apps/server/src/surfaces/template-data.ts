import type { DataAnswer, DataRequest } from '@laurel/inserts';

import { findItems } from '../catalogs/index.ts';
import type { FoundItem } from '../catalogs/index.ts';
import type { Database } from '../platform/db/database.ts';
import type { FetchData } from '../runs/index.ts';

type CatalogItemRequest = Extract<DataRequest, { kind: 'catalog-item' }>;

/** Answers what templates need: all catalog look-ups of a batch with one query. */
export function templateData(db: Database): FetchData {
  return async (workspaceId, requests) => {
    const wanted = requests.filter(
      (request): request is CatalogItemRequest => request.kind === 'catalog-item',
    );
    const found = await findItems(db, workspaceId, wanted);
    const items = new Map(wanted.map(({ key }, index) => [key, found[index]]));
    return new Map(requests.map((request) => [request.key, answerOf(request, items.get(request.key))]));
  };
}

function answerOf(request: DataRequest, item: FoundItem | undefined): DataAnswer {
  const { key } = request;
  switch (item?.kind) {
    case 'found':
      return { kind: 'found', key, value: item.value };
    case 'no-item':
      return { kind: 'absent', key };
    case 'no-catalog':
      return {
        kind: 'unavailable',
        key,
        message: `there is no catalog named ${'catalog' in request ? request.catalog : ''}`,
      };
    case undefined:
      return {
        kind: 'unavailable',
        key,
        message: `inserts of the kind "${request.kind}" are not available here yet`,
      };
  }
}
