import type { InsertDefinition } from '../insert-definition.ts';
import { withCatalogItem } from './catalog-item.ts';

/** As `catalogitem`; texts that hold a JSON list or object become lists and dicts, and the item may be missing. */
export const catalogItemV2: InsertDefinition = {
  name: 'catalogitemv2',
  summary:
    'The row of a catalog item with its JSON columns as objects; allowEmpty=True goes on without the item.',
  examples: [
    "{% catalogitemv2.shops(key) allowEmpty=True %}{{ catalog_result.get('address').city }}{% endcatalogitemv2 %}",
  ],
  grammar: {
    subject: 'path',
    subjectRequired: true,
    args: 1,
    column: false,
    options: [{ name: 'allowEmpty' }],
    body: 'template',
  },
  variables: ['catalog_result'],
  needs(call, needs) {
    needs.catalog(call.subject);
  },
  evaluate(call, host) {
    const allowEmpty = String(call.options.get('allowEmpty')).toLowerCase() === 'true';
    return withCatalogItem(call, host, allowEmpty, (row) => {
      const parsed = Object.fromEntries(
        Object.entries(row).map(([column, value]) => [column, parseColumn(value)]),
      );
      return { kind: 'body', variables: { catalog_result: parsed } };
    });
  },
};

/** A text that is a JSON list or object as that; anything else as it is. */
function parseColumn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // a text that merely begins like JSON stays a text
    return value;
  }
}
