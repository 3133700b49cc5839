import { checkJson } from './check/check-json.ts';
import { checkNames } from './check/check-names.ts';
import { checkReferences } from './check/check-references.ts';
import { collectNeeds, gatherNeeds } from './check/collect-needs.ts';
import { lint } from './check/lints.ts';
import type { Schema } from './check/schema.ts';
import { compileRoot } from './compile/loading.ts';
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
import { captured } from './output/output-mode.ts';
import type { OutputContext, OutputMode } from './output/output-mode.ts';
import { headerMode, htmlMode, textMode, urlMode } from './output/text-modes.ts';
import type { CompileLoaded } from './runtime/loading.ts';
import type { Statement } from './syntax/ast.ts';
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
  /**
   * Everything that is to be said about a template before it is saved: the diagnostics of `compile`, names that the
   * schema does not have, what comes out with hostile values, and what is rarely meant. Sorted by place.
   */
  check(source: string, options?: CheckOptions): readonly Diagnostic[];
}

export interface CheckOptions extends CompileOptions {
  /** What the workspace has; names are checked against the parts that are given. */
  readonly schema?: Schema;
}

const modes: ReadonlyMap<OutputContext, OutputMode> = new Map([
  ['json', jsonMode],
  ['text', textMode],
  ['url', urlMode],
  ['header', headerMode],
  ['html', htmlMode],
]);

const cacheSize = 500;

/** What a text that is rendered is called in messages. */
const renderedText = 'a rendered text';

export function createEngine(options: EngineOptions = {}): Engine {
  return new TemplateEngine(options);
}

/** As `Compilation`, with what a loaded template is run by. */
type OwnCompilation =
  | {
      readonly kind: 'compiled';
      readonly template: CompiledTemplate;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] };

interface CacheEntry {
  readonly source: string;
  readonly compilation: OwnCompilation;
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
    if (source.length > this.limits.templateSize) return tooLong(this.limits.templateSize);
    return this.#cached(source, output, null);
  }

  /** `name` is that of a loaded template. */
  #cached(source: string, output: OutputContext, name: string | null): OwnCompilation {
    const key = `${output} ${contentHash(source)}${name === null ? '' : ` ${name}`}`;
    const known = this.#cache.get(key);
    if (known?.source === source) {
      this.#cache.delete(key);
      this.#cache.set(key, known);
      return known.compilation;
    }
    const compilation = this.#compile(source, output, name);
    this.#cache.set(key, { source, compilation });
    if (this.#cache.size > cacheSize) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    return compilation;
  }

  check(source: string, options: CheckOptions = {}): readonly Diagnostic[] {
    const compilation = this.compile(source, options);
    if (source.length > this.limits.templateSize) return compilation.diagnostics;
    const output = options.output ?? 'text';
    const map = new SourceMap(source);
    const diagnostics = new DiagnosticList(map);
    const statements = this.#parse(map, diagnostics);
    checkNames(statements, this.library, diagnostics, false);
    lint(statements, source, output, diagnostics);
    checkReferences(gatherNeeds(statements, this.library).references, options.schema ?? {}, diagnostics);
    if (compilation.kind === 'compiled' && output === 'json')
      checkJson(compilation.template, map, diagnostics);
    return diagnostics.items.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  /** Texts that a template renders are made of data: they are not kept, so that data drives no template out. */
  #loader(output: OutputContext, mode: OutputMode): CompileLoaded {
    return (source, name) => {
      const compilation =
        name === null ? this.#compile(source, output, renderedText) : this.#cached(source, output, name);
      if (compilation.kind === 'invalid') {
        const [first] = compilation.diagnostics.filter(({ severity }) => severity === 'error');
        const message = `${first?.message ?? ''} (line ${first?.line ?? 1}, column ${first?.column ?? 1})`;
        return { kind: 'invalid', message };
      }
      const { execute } = compilation.template;
      return {
        kind: 'compiled',
        template: { execute, print: (rt) => captured(mode, rt, () => execute(rt)) },
      };
    };
  }

  #parse(map: SourceMap, diagnostics: DiagnosticList): readonly Statement[] {
    return parseTemplate(map, this.library.inserts, this.limits, diagnostics);
  }

  #compile(source: string, output: OutputContext, name: string | null): OwnCompilation {
    const map = new SourceMap(source, name);
    const diagnostics = new DiagnosticList(map);
    const statements = this.#parse(map, diagnostics);
    checkNames(statements, this.library, diagnostics, name !== null);
    const mode = modes.get(output);
    if (mode === undefined) throw new Error(`no output ${output}`);
    if (diagnostics.hasErrors) return { kind: 'invalid', diagnostics: diagnostics.items };
    const c = { library: this.library, output: mode, origin: name, seen: { extends: false } };
    const execute = compileRoot(compileBody(statements, c), c);
    const template = new CompiledTemplate({
      map,
      output,
      limits: this.limits,
      execute,
      // parsed once more, so that templates in the cache need not keep their trees
      needs: () => collectNeeds(this.#parse(map, new DiagnosticList(map)), this.library),
      alwaysValidJson: output === 'json' && isAlwaysValidJson(statements, this.library.inserts),
      clock: this.#clock,
      compileLoaded: this.#loader(output, mode),
    });
    return { kind: 'compiled', template, diagnostics: diagnostics.items };
  }
}

function tooLong(limit: number): Compilation {
  const diagnostics = new DiagnosticList(new SourceMap(''));
  diagnostics.error('limit-template-size', `The template is longer than ${limit} characters.`, {
    start: 0,
    end: 0,
  });
  return { kind: 'invalid', diagnostics: diagnostics.items };
}
