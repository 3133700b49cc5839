declare module 'jsonld' {
  import type { Quad } from 'rdf-canonize';

  interface ToRdfOptions {
    readonly documentLoader: (url: string) => Promise<unknown>;
    readonly base: null;
    /** Rejects where a term has no definition. */
    readonly safe: true;
    readonly rdfDirection: 'i18n-datatype';
    readonly produceGeneralizedRdf: false;
  }

  const jsonld: { toRDF(document: object, options: ToRdfOptions): Promise<readonly Quad[]> };
  export default jsonld;
}
