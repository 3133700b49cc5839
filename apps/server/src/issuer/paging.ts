import { idOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';

const DEFAULT_SIZE = 50;
const MAX_SIZE = 10_000;

export interface Page {
  readonly page: number;
  readonly size: number;
  readonly limit: number;
  readonly offset: number;
}

/** `page` and `page_size` of a query or body; empty and senseless values, which clients do send, are the defaults. */
export function pageOf(source: Loose): Page {
  const page = idOf(source['page']) ?? 1;
  const size = Math.min(idOf(source['page_size']) ?? DEFAULT_SIZE, MAX_SIZE);
  return { page, size, limit: size, offset: (page - 1) * size };
}

/** The five members that every list has. Clients ask for pages until `next_page` is null. */
export function metaOf({ page, size }: Page, total: number): object {
  const pages = Math.max(1, Math.ceil(total / size));
  return {
    current_page: page,
    next_page: page < pages ? page + 1 : null,
    prev_page: page > 1 ? page - 1 : null,
    total_pages: pages,
    total_count: total,
  };
}
