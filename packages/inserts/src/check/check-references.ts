import type { DiagnosticList } from '../diagnostic.ts';
import type { Reference } from '../needs.ts';
import type { Schema } from './schema.ts';
import { suggest } from './suggest.ts';

/** Warns of names that the workspace does not have: they may come to be, so they are no errors. */
export function checkReferences(
  references: readonly Reference[],
  schema: Schema,
  diagnostics: DiagnosticList,
): void {
  for (const reference of references) {
    const known = namesFor(reference, schema);
    if (known === undefined || known.includes(reference.name)) continue;
    const { code, message } = unknown(reference);
    diagnostics.warning(code, message + suggest(reference.name, known), reference.at);
  }
}

function namesFor({ kind, catalog }: Reference, schema: Schema): readonly string[] | undefined {
  switch (kind) {
    case 'event-param':
      return schema.eventParams;
    case 'attribute':
      return schema.attributes;
    case 'catalog':
      return schema.catalogs === undefined ? undefined : [...schema.catalogs.keys()];
    case 'column':
      return schema.catalogs?.get(catalog);
    case 'template':
      return schema.templates;
  }
}

function unknown({ kind, name, catalog }: Reference): { code: string; message: string } {
  switch (kind) {
    case 'event-param':
      return { code: 'unknown-event-param', message: `No event that triggers this has a parameter ${name}.` };
    case 'attribute':
      return { code: 'unknown-attribute', message: `No profile has an attribute ${name}.` };
    case 'catalog':
      return { code: 'unknown-catalog', message: `There is no catalog ${name}.` };
    case 'column':
      return { code: 'unknown-column', message: `The catalog ${catalog} has no column ${name}.` };
    case 'template':
      return { code: 'unknown-template', message: `There is no template ${name} to be loaded.` };
  }
}
