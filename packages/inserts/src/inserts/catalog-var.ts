import type { InsertDefinition } from '../insert-definition.ts';
import { withCatalogItem } from './catalog-item.ts';

/** One cell of a catalog in `catalog_result`, or the whole row where no column is named. */
export const catalogVar: InsertDefinition = {
  name: 'catalogvar',
  summary: 'One column of a catalog item as catalog_result; without the item nothing is sent.',
  examples: ['{% catalogvar.certificationList(key).accredibleid %}{{ catalog_result }}{% endcatalogvar %}'],
  grammar: { subject: 'path', subjectRequired: true, args: 1, column: true, options: [], body: 'template' },
  variables: ['catalog_result'],
  needs(call, needs) {
    const columns = needs.catalog(call.subject);
    if (call.column !== null) columns.add(call.column);
  },
  evaluate: (call, host) =>
    withCatalogItem(call, host, false, (row) => {
      if (call.column === null) return { kind: 'body', variables: { catalog_result: row } };
      const value = Object.hasOwn(row, call.column) ? row[call.column] : null;
      return { kind: 'body', variables: { catalog_result: value } };
    }),
};
