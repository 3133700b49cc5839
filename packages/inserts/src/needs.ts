import type { Span } from './syntax/source-map.ts';

/** Names, and whether more of them are computed while rendering, so that the list is not complete. */
export interface NeededNames {
  readonly names: readonly string[];
  readonly open: boolean;
}

export interface NeededCatalog {
  readonly name: string;
  /** The columns that the template reads; `open` if it may read any. */
  readonly columns: NeededNames;
}

/** What a template reads, as far as its text says. Lists are sorted. */
export interface Needs {
  /** Parameters of the triggering event: `event.params.x`. */
  readonly eventParams: NeededNames;
  /** Attributes of the profile. */
  readonly attributes: NeededNames;
  /** Those of the attributes without which there is no text: `{% customer x %}`. */
  readonly requiredAttributes: readonly string[];
  /** Catalogs; `catalogsOpen` if a catalog's name is computed. */
  readonly catalogs: readonly NeededCatalog[];
  readonly catalogsOpen: boolean;
  /** Earlier nodes, by name, and the event parameters read from them. */
  readonly steps: readonly { readonly name: string; readonly params: NeededNames }[];
  /** Ids of other data by kind: `aggregate`, `expression`, `metric`, `snippet`, `voucher`, `context-field`, … */
  readonly ids: ReadonlyMap<string, NeededNames>;
  /** Templates that it loads itself, as they are written; `open` if a name is computed. What those read is not known here. */
  readonly templates: NeededNames;
  /** Other variables that the template reads without setting them. */
  readonly variables: readonly string[];
}

/** A name that a template reads, and where. */
export interface Reference {
  readonly kind: 'event-param' | 'attribute' | 'catalog' | 'column' | 'template';
  readonly name: string;
  /** The catalog of a column; '' for others. */
  readonly catalog: string;
  readonly at: Span;
}

class NameSet {
  readonly names = new Set<string>();
  open = false;
  readonly #seen: (name: string) => void;

  constructor(seen: (name: string) => void = () => undefined) {
    this.#seen = seen;
  }

  /** Undefined stands for a name that is computed. */
  add(name: string | undefined): void {
    if (name === undefined) this.open = true;
    else {
      this.names.add(name);
      this.#seen(name);
    }
  }

  result(): NeededNames {
    return { names: sorted(this.names), open: this.open };
  }
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

/** Gathers the needs of one template. */
export class NeedsCollector {
  readonly eventParams = new NameSet((name) => this.#refer('event-param', name));
  readonly attributes = new NameSet((name) => this.#refer('attribute', name));
  readonly templates = new NameSet((name) => this.#refer('template', name));
  /** Every name in the order of the text. */
  readonly references: Reference[] = [];
  /** Where the names that are added next stand. */
  place: Span = { start: 0, end: 0, line: 1, column: 1 };
  readonly #required = new Set<string>();
  readonly #catalogs = new Map<string, NameSet>();
  readonly #steps = new Map<string, NameSet>();
  readonly #ids = new Map<string, NameSet>();
  readonly #variables = new Set<string>();
  #catalogsOpen = false;

  requiredAttribute(name: string | undefined): void {
    this.attributes.add(name);
    if (name !== undefined) this.#required.add(name);
  }

  /** Adds a catalog; the columns read from it go to the result, which is a set of its own for a computed name. */
  catalog(name: string | undefined): NameSet {
    if (name === undefined) {
      this.#catalogsOpen = true;
      return new NameSet();
    }
    this.#refer('catalog', name);
    const known = this.#catalogs.get(name);
    if (known !== undefined) return known;
    const made = new NameSet((column) => this.#refer('column', column, name));
    this.#catalogs.set(name, made);
    return made;
  }

  #refer(kind: Reference['kind'], name: string, catalog = ''): void {
    this.references.push({ kind, name, catalog, at: this.place });
  }

  step(name: string): NameSet {
    return setAt(this.#steps, name);
  }

  id(kind: string, id: string | undefined): void {
    setAt(this.#ids, kind).add(id);
  }

  variable(name: string): void {
    this.#variables.add(name);
  }

  result(): Needs {
    return {
      eventParams: this.eventParams.result(),
      attributes: this.attributes.result(),
      requiredAttributes: sorted(this.#required),
      catalogs: named(this.#catalogs).map(([name, columns]) => ({ name, columns: columns.result() })),
      catalogsOpen: this.#catalogsOpen,
      steps: named(this.#steps).map(([name, params]) => ({ name, params: params.result() })),
      ids: new Map(named(this.#ids).map(([kind, ids]) => [kind, ids.result()])),
      templates: this.templates.result(),
      variables: sorted(this.#variables),
    };
  }
}

function named(sets: Map<string, NameSet>): [string, NameSet][] {
  return [...sets].sort(([a], [b]) => (a < b ? -1 : 1));
}

function setAt(sets: Map<string, NameSet>, name: string): NameSet {
  const known = sets.get(name);
  if (known !== undefined) return known;
  const made = new NameSet();
  sets.set(name, made);
  return made;
}
