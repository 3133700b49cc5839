import type { TemplateLoader } from './template-loader.ts';

/**
 * A piece of data that a template turned out to need while it was rendered. Requests are plain data, so that a
 * server can gather those of many renderings and answer them with few queries.
 */
export type DataRequestBody =
  | { readonly kind: 'catalog-item'; readonly catalog: string; readonly item: string }
  | { readonly kind: 'aggregate'; readonly id: string }
  | { readonly kind: 'expression'; readonly id: string }
  | { readonly kind: 'metric'; readonly id: string }
  | { readonly kind: 'snippet'; readonly id: string }
  | { readonly kind: 'context-field'; readonly id: string }
  /** `ordinal` counts the voucher inserts of one rendering; the same ordinal must always get the same voucher. */
  | { readonly kind: 'voucher'; readonly pool: string; readonly assign: boolean; readonly ordinal: number }
  | { readonly kind: 'document'; readonly slug: string }
  /** For inserts that the host alone knows; `options` as they were written, in the order of their names. */
  | {
      readonly kind: 'host';
      readonly name: string;
      readonly id: string;
      readonly options?: Readonly<Record<string, unknown>>;
    };

/** A request with its stable key, by which its answer is found. */
export type DataRequest = DataRequestBody & { readonly key: string };

/** What is known about a request: its value (plain data), that there is none, or that it could not be found out. */
export type DataAnswer =
  | { readonly kind: 'found'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'absent'; readonly key: string }
  | { readonly kind: 'unavailable'; readonly key: string; readonly message: string };

/**
 * Answers by `dataKey` of their requests. Those to catalog items, metrics, snippets and documents may be shared by any
 * number of renderings; those to all else are of the profile, vouchers of the one rendering, and the key does not say
 * which: keep them apart.
 */
export type DataAnswers = ReadonlyMap<string, DataAnswer>;

/** Fetches what a rendering needs; one call a round, with every request of that round. */
export interface DataSource {
  fetch(requests: readonly DataRequest[]): Promise<readonly DataAnswer[]>;
  /** Other templates that the one that is rendered may load; they must be at hand, since rendering never waits. */
  readonly templates?: TemplateLoader;
}

const catalogKeys = new Map<string, Map<string, string>>();
let keptKeys = 0;
const maxKeptKeys = 4096;

/** Kept, since renderings ask for the same items again and again, and a text that is put together is slow to find. */
function catalogKey(catalog: string, item: string): string {
  const known = catalogKeys.get(catalog)?.get(item);
  if (known !== undefined) return known;
  const key = `catalog-item:${catalog.length}:${catalog}:${item}`;
  if (catalog.length + item.length > 200) return key;
  if (++keptKeys > maxKeptKeys) {
    catalogKeys.clear();
    keptKeys = 1;
  }
  const ofCatalog = catalogKeys.get(catalog) ?? new Map<string, string>();
  catalogKeys.set(catalog, ofCatalog.set(item, key));
  return key;
}

/**
 * The stable key of a request: equal for equal requests, different otherwise. Every part but the last comes with its
 * length, so that no two requests run together. (JSON would say the same in five times the time, measured.)
 */
export function dataKey(request: DataRequestBody): string {
  switch (request.kind) {
    case 'catalog-item':
      return catalogKey(request.catalog, request.item);
    case 'aggregate':
    case 'expression':
    case 'metric':
    case 'snippet':
    case 'context-field':
      return `${request.kind}:${request.id}`;
    case 'voucher':
      return `voucher:${request.ordinal}:${request.assign}:${request.pool}`;
    case 'document':
      return `document:${request.slug}`;
    case 'host':
      if (request.options === undefined) return `host:${request.name.length}:${request.name}:${request.id}`;
      return `host+:${JSON.stringify([request.name, request.id, Object.entries(request.options)])}`;
  }
}
