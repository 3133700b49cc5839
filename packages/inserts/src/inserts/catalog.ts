import type { InsertDefinition } from '../insert-definition.ts';
import { withCatalogItem } from './catalog-item.ts';

/** Prints one cell of a catalog. */
export const catalog: InsertDefinition = {
  name: 'catalog',
  summary: 'One column of a catalog item; without the item nothing is sent.',
  examples: ['{% catalog.certificationList(key).accredibleid %}'],
  grammar: { subject: 'path', subjectRequired: true, args: 1, column: true, options: [], body: 'none' },
  variables: [],
  needs(call, needs) {
    needs.catalog(call.subject).add(call.column ?? undefined);
  },
  evaluate: (call, host) =>
    withCatalogItem(call, host, false, (row) => ({
      kind: 'value',
      value: call.column !== null && Object.hasOwn(row, call.column) ? row[call.column] : null,
    })),
};
