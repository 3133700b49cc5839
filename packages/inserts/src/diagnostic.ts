import type { SourceMap } from './syntax/source-map.ts';

/** One replacement in the source. Offsets count UTF-16 units from 0; `end` is exclusive. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Something that an author should know about a template. Lines and columns count from 1; the end is exclusive. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** A change that removes the cause; its edits do not overlap. */
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Collects the diagnostics of one source text. */
export class DiagnosticList {
  readonly items: Diagnostic[] = [];
  readonly #map: SourceMap;

  constructor(map: SourceMap) {
    this.#map = map;
  }

  get hasErrors(): boolean {
    return this.items.some((item) => item.severity === 'error');
  }

  error(code: string, message: string, place: Place, fix?: Diagnostic['fix']): void {
    this.#add('error', code, message, place, fix);
  }

  warning(code: string, message: string, place: Place, fix?: Diagnostic['fix']): void {
    this.#add('warning', code, message, place, fix);
  }

  #add(
    severity: Diagnostic['severity'],
    code: string,
    message: string,
    place: Place,
    fix: Diagnostic['fix'],
  ): void {
    // a template with more faults than this is no template
    if (this.items.length >= 200) return;
    const from = this.#map.locate(place.start);
    const to = this.#map.locate(Math.max(place.start, place.end));
    this.items.push({
      severity,
      code,
      message,
      ...from,
      endLine: to.line,
      endColumn: to.column,
      ...(fix === undefined ? {} : { fix }),
    });
  }
}
