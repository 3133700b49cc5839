import jsonld from 'jsonld';
import { canonize } from 'rdf-canonize';
import type { Quad, Term } from 'rdf-canonize';

import { closedLoader } from './contexts.ts';

/** Stands in a document for the value of this number. An IRI, so that it may stand for an id as well as for a text. */
export function place(index: number): string {
  return `${PLACE}${index}`;
}

export const PLACE = 'urn:laurel:place:';

/** A document whose places are filled after it went through JSON-LD. */
export interface DatasetTemplate {
  /**
   * The canonical N-Quads of the document with these values in its places. Undefined where an id is that of another
   * part too: then parts become one, and the statements are others than those of the template.
   */
  canonicalWith(values: readonly string[]): Promise<string | undefined>;
}

interface Statement {
  readonly quad: Quad;
  readonly subject: number | undefined;
  readonly object: number | undefined;
}

const loader = closedLoader();

/** Expands the document once, which is where the time goes. Rejects where a term has no definition. */
export async function compileTemplate(document: object): Promise<DatasetTemplate> {
  const dataset = await jsonld.toRDF(document, {
    documentLoader: loader,
    base: null,
    safe: true,
    rdfDirection: 'i18n-datatype',
    produceGeneralizedRdf: false,
  });
  const statements = dataset.map((quad): Statement => ({
    quad,
    subject: placeOf(quad.subject),
    object: placeOf(quad.object),
  }));
  const nodes = new Set<number>();
  const fixedNodes = new Set<string>();
  for (const { quad, subject, object } of statements)
    for (const [term, index] of [
      [quad.subject, subject],
      [quad.object, object],
    ] as const) {
      if (term.termType !== 'NamedNode') continue;
      if (index === undefined) fixedNodes.add(term.value);
      else nodes.add(index);
    }

  return {
    canonicalWith: async (values) => {
      const ids = [...nodes].map((index) => valueOf(values, index));
      if (new Set(ids).size < ids.length || ids.some((id) => fixedNodes.has(id))) return undefined;
      return canonize(
        statements.map((statement) => filled(statement, values)),
        // The labels of the blank nodes depend on the values, so the canonical form is computed every time.
        { algorithm: 'RDFC-1.0', format: 'application/n-quads' },
      );
    },
  };
}

function filled({ quad, subject, object }: Statement, values: readonly string[]): Quad {
  if (subject === undefined && object === undefined) return quad;
  return {
    ...quad,
    subject: subject === undefined ? quad.subject : { ...quad.subject, value: valueOf(values, subject) },
    object: object === undefined ? quad.object : { ...quad.object, value: valueOf(values, object) },
  };
}

function placeOf(term: Term): number | undefined {
  return term.value.startsWith(PLACE) ? Number(term.value.slice(PLACE.length)) : undefined;
}

function valueOf(values: readonly string[], index: number): string {
  const value = values[index];
  if (value === undefined) throw new Error(`there is no value for the place ${index}`);
  return value;
}
