import { byName } from '../library.ts';
import type { FilterDefinition } from '../library.ts';
import { standardTests } from '../tests/index.ts';
import { applyingFilters } from './applying-filters.ts';
import { dateFilters } from './date-filters.ts';
import { encodingFilters } from './encoding-filters.ts';
import { generalFilters } from './general-filters.ts';
import { htmlFilters } from './html-filters.ts';
import { ipFilters } from './ip-filters.ts';
import { jsonFilters } from './json-filters.ts';
import { listFilters } from './list-filters.ts';
import { numberFilters } from './number-filters.ts';
import { setFilters } from './set-filters.ts';
import { textFilters } from './text-filters.ts';
import { yamlFilters } from './yaml-filters.ts';

/** The filters that every template can use, by name and alias. */
export const standardFilters: ReadonlyMap<string, FilterDefinition> = byName([
  ...textFilters,
  ...htmlFilters,
  ...jsonFilters,
  ...encodingFilters,
  ...numberFilters,
  ...listFilters,
  ...setFilters,
  ...dateFilters,
  ...generalFilters,
  ...ipFilters,
  ...yamlFilters,
  ...applyingFilters({ tests: standardTests, filters: () => standardFilters }),
]);
