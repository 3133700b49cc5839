import { checkNames } from './check/check-names.ts';
import { collectNeeds } from './check/collect-needs.ts';
import { compileBody } from './compile/statement.ts';
import { contentHash } from './content-hash.ts';
import { DiagnosticList } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import { standardFilters } from './filters/index.ts';
import { standardFunctions } from './functions/index.ts';
import type { InsertDefinition } from './insert-definition.ts';
import { standardInserts } from './inserts/index.ts';
import { isAlwaysValidJson } from './json/straight-line.ts';
import { byName } from './library.ts';
import type { Library } from './library.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { jsonMode } from './output/json-mode.ts';
import type { OutputContext, OutputMode } from './output/output-mode.ts';
import { headerMode, htmlMode, textMode, urlMode } from './output/text-modes.ts';
import { SourceMap } from './syntax/source-map.ts';
import { parseTemplate } from './syntax/template-parser.ts';
import { CompiledTemplate } from './template.ts';
import type { Template } from './template.ts';
import { standardTests } from './tests/index.ts';

export interface EngineOptions {
  /** The inserts (tags with data) that templates can use; the standard ones if left out. */
  readonly inserts?: readonly InsertDefinition[];
  readonly limits?: Partial<Limits>;
  /** Milliseconds that pass, for `limits.milliseconds` only; `Date.now` if left out. */
  readonly clock?: () => number;
}

export interface CompileOptions {
  /** What the rendered text is for; `text` if left out. */
  readonly output?: OutputContext;
}

export type Compilation =
  | { readonly kind: 'compiled'; readonly template: Template; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] };

export interface Engine {
  readonly library: Library;
  readonly limits: Limits;
  /** Compiles a template, or takes it from the cache. Has no effect and never throws for bad input. */
  compile(source: string, options?: CompileOptions): Compilation;
}

const modes: ReadonlyMap<OutputContext, OutputMode> = new Map([
  ['json', jsonMode],
  ['text', textMode],
  ['url', urlMode],
  ['header', headerMode],
  ['html', htmlMode],
]);

const cacheSize = 500;

export function createEngine(options: EngineOptions = {}): Engine {
  return new TemplateEngine(options);
}

interface CacheEntry {
  readonly source: string;
  readonly compilation: Compilation;
}

class TemplateEngine implements Engine {
  readonly library: Library;
  readonly limits: Limits;
  readonly #clock: () => number;
  /** In the order of their last use, by content hash and output. */
  readonly #cache = new Map<string, CacheEntry>();

  constructor(options: EngineOptions) {
    this.library = {
      filters: standardFilters,
      tests: standardTests,
      functions: standardFunctions,
      inserts: byName(options.inserts ?? standardInserts),
    };
    this.limits = { ...defaultLimits, ...options.limits };
    this.#clock = options.clock ?? Date.now;
  }

  compile(source: string, options: CompileOptions = {}): Compilation {
    const output = options.output ?? 'text';
    const key = `${output} ${contentHash(source)}`;
    const known = this.#cache.get(key);
    if (known?.source === source) {
      this.#cache.delete(key);
      this.#cache.set(key, known);
      return known.compilation;
    }
    const compilation = this.#compile(source, output);
    this.#cache.set(key, { source, compilation });
    if (this.#cache.size > cacheSize) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    return compilation;
  }

  #compile(source: string, output: OutputContext): Compilation {
    const map = new SourceMap(source);
    const diagnostics = new DiagnosticList(map);
    if (source.length > this.limits.templateSize) {
      const message = `The template is longer than ${this.limits.templateSize} characters.`;
      diagnostics.error('limit-template-size', message, { start: 0, end: 0 });
      return { kind: 'invalid', diagnostics: diagnostics.items };
    }
    const statements = parseTemplate(map, this.library.inserts, this.limits, diagnostics);
    checkNames(statements, this.library, diagnostics);
    const mode = modes.get(output);
    if (mode === undefined) throw new Error(`no output ${output}`);
    if (diagnostics.hasErrors) return { kind: 'invalid', diagnostics: diagnostics.items };
    const template = new CompiledTemplate({
      map,
      output,
      limits: this.limits,
      execute: compileBody(statements, { library: this.library, output: mode }),
      needs: () => collectNeeds(statements, this.library),
      alwaysValidJson: output === 'json' && isAlwaysValidJson(statements, this.library.inserts),
      clock: this.#clock,
    });
    return { kind: 'compiled', template, diagnostics: diagnostics.items };
  }
}
