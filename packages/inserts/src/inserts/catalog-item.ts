import type { InsertCall, InsertDefinition, InsertHost, InsertOutcome } from '../insert-definition.ts';
import { isRecord } from '../plain-record.ts';

/** Looks the item of a catalog up and hands its row, or why there is none, to `use`. */
export function withCatalogItem(
  call: InsertCall,
  host: InsertHost,
  allowEmpty: boolean,
  use: (row: Readonly<Record<string, unknown>>) => InsertOutcome,
): InsertOutcome {
  const key = host.text(call.args[0]);
  const answer = host.data({ kind: 'catalog-item', catalog: call.subject, item: key });
  if (answer === undefined) return { kind: 'pending' };
  if (answer.kind === 'found' && isRecord(answer.value)) return use(answer.value);
  if (allowEmpty) return use({});
  const message = `The catalog ${call.subject} has no item ${JSON.stringify(key)}.`;
  return { kind: 'skip', code: 'catalog-item-missing', message };
}

/** The whole row of an item in `catalog_result`. A missing item: nothing is sent. */
export const catalogItem: InsertDefinition = {
  name: 'catalogitem',
  summary: 'The row of a catalog item as catalog_result; without the item nothing is sent.',
  examples: [
    "{% catalogitem.certificationList(key) %}{{ catalog_result.get('accredibleid') }}{% endcatalogitem %}",
  ],
  grammar: {
    subject: 'path',
    subjectRequired: true,
    args: 1,
    column: false,
    options: [],
    body: 'template',
  },
  variables: ['catalog_result'],
  needs(call, needs) {
    needs.catalog(call.subject);
  },
  evaluate: (call, host) =>
    withCatalogItem(call, host, false, (row) => ({ kind: 'body', variables: { catalog_result: row } })),
};
