import type { Execute } from './compile/closures.ts';
import type { DataAnswers, DataRequest } from './data.ts';
import { explainInvalidJson } from './json/explain-invalid.ts';
import type { Limits } from './limits.ts';
import type { Needs } from './needs.ts';
import type { OutputContext } from './output/output-mode.ts';
import type { CompileLoaded } from './runtime/loading.ts';
import { Runtime } from './runtime/runtime.ts';
import { Stop } from './runtime/stop.ts';
import type { SourceMap, Span } from './syntax/source-map.ts';
import type { TemplateLoader } from './template-loader.ts';

export interface RenderInput {
  /** The variables. Read property by property, own data properties only, and never changed. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What is known of the data that the template asked for. */
  readonly data?: DataAnswers;
  /** Epoch milliseconds that count as now; the same for every pass of a rendering. */
  readonly now: number;
  /** Pins random choices; the same for every pass of a rendering. */
  readonly seed: string;
  /** IANA name; UTC if left out. */
  readonly timeZone?: string;
  /** BCP 47; en-US if left out. */
  readonly locale?: string;
  /**
   * True if the context and the data are known to be plain, as `JSON.parse` makes them: no getters, no proxies. Then
   * they are read a good deal faster. Own properties only in either case.
   */
  readonly plainData?: boolean;
  /** Other templates that this one may load; without it `include` and its like fail. */
  readonly templates?: TemplateLoader;
}

/** Why there is nothing to send. `insert` is the text of the insert that said so. */
export interface SkipReason {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly insert: string;
  readonly within?: PlaceWithin;
}

/** The place in a loaded template; line and column beside it are those of the tag that led there. */
export interface PlaceWithin {
  readonly template: string;
  readonly line: number;
  readonly column: number;
}

export interface RenderError {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly within?: PlaceWithin;
}

/** What one pass came to. With `needs`, fetch the requests, add the answers and render again. */
export type RenderPass =
  | { readonly kind: 'rendered'; readonly text: string }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | { readonly kind: 'failed'; readonly error: RenderError }
  | { readonly kind: 'needs'; readonly requests: readonly DataRequest[] };

/** A compiled template. Rendering is pure: it depends on the input alone. */
export interface Template {
  readonly output: OutputContext;
  /** Which parameters, attributes, catalogs and other data it reads. */
  needs(): Needs;
  render(input: RenderInput): RenderPass;
}

export interface CompiledParts {
  readonly map: SourceMap;
  readonly output: OutputContext;
  readonly limits: Limits;
  readonly execute: Execute;
  readonly needs: () => Needs;
  /** True if every rendering without verbatim output is valid JSON. */
  readonly alwaysValidJson: boolean;
  readonly clock: () => number;
  readonly compileLoaded: CompileLoaded;
}

export class CompiledTemplate implements Template {
  readonly output: OutputContext;
  readonly #parts: CompiledParts;
  #needs: Needs | null = null;

  constructor(parts: CompiledParts) {
    this.output = parts.output;
    this.#parts = parts;
  }

  needs(): Needs {
    this.#needs ??= this.#parts.needs();
    return this.#needs;
  }

  get execute(): Execute {
    return this.#parts.execute;
  }

  render(input: RenderInput): RenderPass {
    return this.#pass(input, false);
  }

  #pass(input: RenderInput, traced: boolean): RenderPass {
    const parts = this.#parts;
    const rt = new Runtime(parts, input);
    if (traced) rt.trace = [];
    const stop = run(parts.execute, rt);
    // a pass that lacks data may have stopped only because of that, so the data comes first
    if (rt.missing !== null && stop?.code !== 'limit-lookups')
      return { kind: 'needs', requests: [...rt.missing.values()] };
    if (stop !== null) return this.#stopped(stop, rt);
    if (parts.output === 'json' && (rt.verbatim || !parts.alwaysValidJson) && !isJson(rt.text)) {
      if (!traced) return this.#pass(input, true);
      const { at, message } = explainInvalidJson(rt.text, rt.trace ?? [], parts.map);
      return this.#stopped(new Stop('error', 'json-invalid', message, at), rt);
    }
    return { kind: 'rendered', text: rt.text };
  }

  #stopped(stop: Stop, rt: Runtime): RenderPass {
    const { code } = stop;
    const at: Span = stop.at ?? { start: 0, end: 0, line: 1, column: 1 };
    const { line, column } = rt.place(at);
    const { origin } = at;
    const message =
      origin === undefined
        ? stop.message
        : `${stop.message} (in ${origin.name}, line ${at.line}, column ${at.column})`;
    const within =
      origin === undefined ? {} : { within: { template: origin.name, line: at.line, column: at.column } };
    if (stop.stop === 'error') return { kind: 'failed', error: { code, message, line, column, ...within } };
    const insert = (origin?.source ?? this.#parts.map.source).slice(at.start, at.end);
    return { kind: 'skipped', reason: { code, message, line, column, insert, ...within } };
  }
}

function run(execute: Execute, rt: Runtime): Stop | null {
  try {
    execute(rt);
    return null;
  } catch (error) {
    if (error instanceof Stop) return error;
    // nesting is bounded by limits; this is the net below them
    if (error instanceof RangeError && error.message.includes('call stack')) {
      return new Stop('error', 'limit-nesting', 'The template nests calls too deeply.', rt.at);
    }
    throw error;
  }
}

/** True for valid JSON, and for nothing at all: a template may come to an empty body. */
function isJson(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // that it does not parse is the answer
    return false;
  }
}
