import { captured, emitValue } from '../output/output-mode.ts';
import { Loading, printBlock, resolveName } from '../runtime/loading.ts';
import type { BlockBody, LoadedTemplate } from '../runtime/loading.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Scope } from '../runtime/scope.ts';
import type { Expression, Statement, StatementOf } from '../syntax/ast.ts';
import type { Span } from '../syntax/source-map.ts';
import { Dict } from '../values/dict.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';
import { proceed } from './closures.ts';
import type { CompileContext, Execute } from './closures.ts';
import { compileExpression } from './expression.ts';

interface Loaded {
  readonly name: string;
  readonly template: LoadedTemplate;
}

/** Evaluates the name of a template and loads it. */
function compileLoad(path: Expression, at: Span, c: CompileContext): (rt: Runtime) => Loaded {
  const name = compileExpression(path, c);
  return (rt) => {
    rt.step();
    const written = print(name(rt), rt);
    rt.at = at;
    const resolved = resolveName(written, c.origin);
    if (resolved === null || resolved === '')
      return rt.fail('template-name', `${JSON.stringify(written)} is no name of a template.`);
    return { name: resolved, template: Loading.of(rt).load(resolved, rt) };
  };
}

/** Renders a template in place: it sees and sets the variables of the scope, and what it defines stays. */
export function compileInclude(node: StatementOf<'include'>, c: CompileContext): Execute {
  const load = compileLoad(node.path, node.at, c);
  return (rt) => {
    const { name, template } = load(rt);
    return Loading.of(rt).within(name, rt, () => template.execute(rt));
  };
}

/** Renders a template in a scope of its own for what it sets and defines; its text is dropped. */
function runModule({ name, template }: Loaded, rt: Runtime): Scope {
  const loading = Loading.of(rt);
  const outer = rt.scope;
  const { blocks, parent } = loading;
  const { loopDepth } = rt;
  const scope = new Scope(outer);
  loading.blocks = new Map();
  loading.parent = null;
  rt.scope = scope;
  rt.loopDepth = 0;
  loading.within(name, rt, () => template.print(rt));
  rt.loopDepth = loopDepth;
  rt.scope = outer;
  loading.parent = parent;
  loading.blocks = blocks;
  for (const macro of scope.macros().values()) macro.home ??= scope;
  return scope;
}

export function compileImport(node: StatementOf<'import'>, c: CompileContext): Execute {
  const load = compileLoad(node.path, node.at, c);
  const { as } = node;
  return (rt) => {
    const module = runModule(load(rt), rt);
    const variables = module.variables();
    const macros = module.macros();
    rt.steps(variables.size + macros.size);
    if (as !== null) {
      const all = new Map<string, Value>([...variables, ...macros]);
      rt.checkList(all.size);
      rt.scope.set(as, new Dict(all));
      return proceed;
    }
    for (const [name, value] of variables) rt.scope.set(name, value);
    for (const macro of macros.values()) rt.scope.addMacro(macro);
    return proceed;
  };
}

export function compileFromImport(node: StatementOf<'from-import'>, c: CompileContext): Execute {
  const load = compileLoad(node.path, node.at, c);
  const { names, at } = node;
  return (rt) => {
    const loaded = load(rt);
    const module = runModule(loaded, rt);
    const variables = module.variables();
    rt.at = at;
    for (const { name, as } of names) {
      rt.step();
      const macro = module.macros().get(name);
      if (macro !== undefined) rt.scope.addMacro(macro, as);
      else if (variables.has(name)) rt.scope.set(as, variables.get(name) ?? null);
      else
        rt.fail(
          'unknown-import',
          `The template ${JSON.stringify(loaded.name)} has no macro or variable ${name}.`,
        );
    }
    return proceed;
  };
}

/** Says what the template extends; from here on its blocks are only taken down. */
export function compileExtends(node: StatementOf<'extends'>, c: CompileContext): Execute {
  const load = compileLoad(node.path, node.at, c);
  const { at } = node;
  c.seen.extends = true;
  return (rt) => {
    const loading = Loading.of(rt);
    rt.at = at;
    if (loading.parent !== null) rt.fail('second-extends', 'A template extends only one other template.');
    loading.parent = load(rt);
    return proceed;
  };
}

/** Prints the body of the template that extends most; a block inside of itself prints nothing. */
export function compileBlock(
  node: StatementOf<'block'>,
  c: CompileContext,
  compileBody: (statements: readonly Statement[], c: CompileContext) => Execute,
): Execute {
  const body = compileBody(node.body, c);
  const block: BlockBody = { print: (rt) => captured(c.output, rt, () => body(rt)) };
  const { name, at } = node;
  return (rt) => {
    rt.step();
    const loading = Loading.of(rt);
    const bodies = loading.blocks.get(name) ?? [];
    if (!bodies.includes(block)) bodies.push(block);
    loading.blocks.set(name, bodies);
    if (loading.parent !== null || loading.openBlocks.has(name)) return proceed;
    loading.openBlocks.add(name);
    rt.at = at;
    const value = printBlock(loading, name, 0, rt);
    loading.openBlocks.delete(name);
    emitVerbatim(c, rt, value);
    return proceed;
  };
}

/** Prints captured output as it came, without being escaped once more. */
function emitVerbatim(c: CompileContext, rt: Runtime, value: Value): void {
  if (typeof value === 'string' && !c.output.escapes) {
    rt.text += value;
    rt.checkOutput();
  } else emitValue(c.output, rt, value);
}

/**
 * A whole template. One that extends another is carried out for what it sets and for its blocks, then the other one is
 * rendered in its place.
 */
export function compileRoot(body: Execute, c: CompileContext): Execute {
  if (!c.seen.extends) return body;
  return (rt) => {
    const loading = Loading.of(rt);
    const outer = loading.parent;
    loading.parent = null;
    const value = captured(c.output, rt, () => body(rt));
    const parent = loading.endOf(outer);
    if (parent === null) emitVerbatim(c, rt, value);
    else loading.within(parent.name, rt, () => parent.template.execute(rt));
    return proceed;
  };
}
