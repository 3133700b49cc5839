import type { Execute } from '../compile/closures.ts';
import { print, printNested } from '../values/print.ts';
import type { Value } from '../values/value.ts';
import type { Runtime } from './runtime.ts';

/** A template that another one loads, ready to be carried out or to be captured as a value. */
export interface LoadedTemplate {
  readonly execute: Execute;
  print(rt: Runtime): Value;
}

/** Compiles the text of a loaded template for the same output; `name` null stands for a text that `render` renders. */
export type CompileLoaded = (
  source: string,
  name: string | null,
) =>
  | { readonly kind: 'compiled'; readonly template: LoadedTemplate }
  | { readonly kind: 'invalid'; readonly message: string };

/** A body of a block: that of the template that extends, or one that it replaces. */
export interface BlockBody {
  print(rt: Runtime): Value;
}

export interface Parent {
  readonly name: string;
  readonly template: LoadedTemplate;
}

/** What the templates of one rendering have to do with each other. */
export class Loading {
  readonly #known = new Map<string, LoadedTemplate>();
  /** The templates that are being rendered, outermost first; null for a text. */
  readonly #open: (string | null)[] = [];
  /** What the template that is rendered at the moment extends, once it said so. */
  parent: Parent | null = null;
  /** The bodies of each block, that of the template that extends first. */
  blocks = new Map<string, BlockBody[]>();
  /** The block that is being rendered and which of its bodies; for `super()`. */
  block: { readonly name: string; readonly index: number } | null = null;
  readonly openBlocks = new Set<string>();

  static of(rt: Runtime): Loading {
    rt.loading ??= new Loading();
    return rt.loading;
  }

  /** The template of that name; one that is loaded again costs nothing. */
  load(name: string, rt: Runtime): LoadedTemplate {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#known.size >= rt.limits.templates)
      return rt.fail('limit-templates', `More than ${rt.limits.templates} templates are loaded.`);
    const compiled = compileText(sourceOf(name, rt), name, rt);
    this.#known.set(name, compiled);
    return compiled;
  }

  /** What the template that has come to its end extends; `outer` is what the one around it does. */
  endOf(outer: Parent | null): Parent | null {
    const { parent } = this;
    this.parent = outer;
    return parent;
  }

  /** Runs `body` as a part of the template `name` (null for a text), which must not be at work already. */
  within<T>(name: string | null, rt: Runtime, body: () => T): T {
    if (name !== null && this.#open.includes(name)) {
      const way = [...this.#open.filter((open) => open !== null), name].join(' → ');
      rt.fail('template-cycle', `The template ${name} loads itself: ${way}.`);
    }
    if (this.#open.length >= rt.limits.templateDepth) {
      const message = `Templates load each other more than ${rt.limits.templateDepth} deep.`;
      rt.fail('limit-template-depth', message);
    }
    const { entry } = rt;
    rt.entry ??= rt.at;
    this.#open.push(name);
    const result = body();
    this.#open.pop();
    rt.entry = entry;
    return result;
  }
}

function sourceOf(name: string, rt: Runtime): string {
  const loader = rt.templates;
  if (loader === undefined) {
    return rt.fail(
      'no-loader',
      `The template ${JSON.stringify(name)} cannot be loaded: there are no other templates here.`,
    );
  }
  const found = loader.load(name);
  switch (found.kind) {
    case 'found':
      return found.source;
    case 'absent':
      return rt.fail('template-missing', `There is no template ${JSON.stringify(name)}.`);
    case 'unavailable':
      return rt.fail('data-unavailable', found.message);
  }
}

function compileText(source: string, name: string | null, rt: Runtime): LoadedTemplate {
  const what = name === null ? 'The text to be rendered' : `The template ${JSON.stringify(name)}`;
  if (source.length > rt.limits.templateSize)
    rt.fail('limit-template-size', `${what} is longer than ${rt.limits.templateSize} characters.`);
  // counted whether or not it is compiled already, so that a rendering never depends on what came before
  rt.steps(source.length);
  const compilation = rt.compileLoaded(source, name);
  if (compilation.kind === 'compiled') return compilation.template;
  return rt.fail('template-invalid', `${what} does not compile: ${compilation.message}`);
}

/**
 * Renders a value as a template, in the scope where it stands. The result is one text, to be escaped where it is printed:
 * what came of data must not break what is around it.
 */
export function renderText(value: Value, rt: Runtime): string {
  const { at } = rt;
  const template = compileText(printNested(value, rt), null, rt);
  const result = Loading.of(rt).within(null, rt, () => template.print(rt));
  rt.at = at;
  return print(result, rt);
}

/** A body of a block: the first one that is not replaced, or with `super()` the one below. */
export function printBlock(loading: Loading, name: string, index: number, rt: Runtime): Value {
  const body = loading.blocks.get(name)?.[index];
  if (body === undefined) return '';
  const outer = loading.block;
  loading.block = { name, index };
  const { at } = rt;
  const value = body.print(rt);
  rt.at = at;
  loading.block = outer;
  return value;
}

/** `./x` and `../x` are meant from the template `base`; null for what lies above all templates. */
export function resolveName(name: string, base: string | null): string | null {
  if (!name.startsWith('./') && !name.startsWith('../')) return name;
  const parts = (base ?? '').split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '.' || part === '') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}
