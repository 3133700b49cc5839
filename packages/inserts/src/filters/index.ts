import { byName } from '../library.ts';
import type { FilterDefinition } from '../library.ts';
import { jsonFilters } from './json-filters.ts';

/** The filters that every template can use, by name and alias. */
export const standardFilters: ReadonlyMap<string, FilterDefinition> = byName([...jsonFilters]);
