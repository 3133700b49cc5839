import { staticText } from '../json/json-state.ts';
import { captured, emitText, emitValue } from '../output/output-mode.ts';
import { Macro } from '../runtime/macro.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Scope } from '../runtime/scope.ts';
import type { SetTarget, Statement, StatementOf } from '../syntax/ast.ts';
import { same } from '../values/comparison.ts';
import { isTruthy, operand } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { Loop } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { leaveLoop, nextTurn, proceed } from './closures.ts';
import type { CompileContext, Execute } from './closures.ts';
import { compileExpression } from './expression.ts';
import { compileFor } from './for-loop.ts';
import { compileInsert } from './insert.ts';
import { compileBlock, compileExtends, compileFromImport, compileImport, compileInclude } from './loading.ts';

/** Turns statements into one closure that carries them out in order. */
export function compileBody(statements: readonly Statement[], c: CompileContext): Execute {
  const steps = statements.map((statement) => compileStatement(statement, c));
  const [first, second] = steps;
  if (first === undefined) return () => proceed;
  if (second === undefined) return first;
  return (rt) => {
    for (const step of steps) {
      const signal = step(rt);
      if (signal !== proceed) return signal;
    }
    return proceed;
  };
}

function compileStatement(node: Statement, c: CompileContext): Execute {
  switch (node.kind) {
    case 'text': {
      const piece = staticText(node.text);
      const { at } = node;
      const isText = at.origin === undefined;
      return (rt) => {
        if (rt.trace !== null && rt.capture === null)
          rt.trace.push({ offset: rt.text.length, at: rt.place(at), isText });
        emitText(c.output, rt, piece);
        return proceed;
      };
    }
    case 'output':
      return compileOutput(node, c);
    case 'if':
      return compileIf(node, c);
    case 'for':
      return compileFor(node, c, compileBody);
    case 'set':
      return compileSet(node, c);
    case 'set-block':
      return compileSetBlock(node, c);
    case 'do': {
      const value = compileExpression(node.value, c);
      return (rt) => {
        rt.step();
        value(rt);
        return proceed;
      };
    }
    case 'do-block': {
      const body = compileBody(node.body, c);
      return (rt) => {
        captured(c.output, rt, () => body(rt));
        return proceed;
      };
    }
    case 'macro':
      return compileMacro(node, c);
    case 'call-block':
      return compileCallBlock(node, c);
    case 'cycle':
      return compileCycle(node, c);
    case 'ifchanged':
      return compileIfChanged(node, c);
    case 'autoescape':
      return compileAutoescape(node, c);
    case 'break':
    case 'continue': {
      const signal = node.kind === 'break' ? leaveLoop : nextTurn;
      const { at, kind } = node;
      return (rt) => {
        rt.at = at;
        if (rt.loopDepth === 0) rt.fail('not-in-loop', `{% ${kind} %} has no loop around it.`);
        return signal;
      };
    }
    case 'insert':
      return compileInsert(node, c, compileBody);
    case 'include':
      return compileInclude(node, c);
    case 'import':
      return compileImport(node, c);
    case 'from-import':
      return compileFromImport(node, c);
    case 'extends':
      return compileExtends(node, c);
    case 'block':
      return compileBlock(node, c, compileBody);
  }
}

function compileOutput(node: StatementOf<'output'>, c: CompileContext): Execute {
  const value = compileExpression(node.value, c);
  const { at } = node;
  const { output } = c;
  return (rt) => {
    rt.step();
    const result = value(rt);
    rt.at = at;
    emitValue(output, rt, result);
    return proceed;
  };
}

function compileIf(node: StatementOf<'if'>, c: CompileContext): Execute {
  const branches = node.branches.map(({ test, body }) => ({
    test: compileExpression(test, c),
    body: compileBody(body, c),
  }));
  const otherwise = node.otherwise === null ? null : compileBody(node.otherwise, c);
  return (rt) => {
    for (const { test, body } of branches) {
      rt.step();
      if (isTruthy(test(rt), rt)) return body(rt);
    }
    return otherwise === null ? proceed : otherwise(rt);
  };
}

/** Writes a variable of the current scope, or a field of a namespace. A field of anything else changes nothing. */
function assign(rt: Runtime, { name, field }: SetTarget, value: Value): void {
  if (field === null) {
    rt.scope.set(name, value);
    return;
  }
  const holder = rt.variable(name);
  if (!(holder instanceof Dict) || !holder.isNamespace) return;
  rt.checkList(holder.size + 1);
  holder.asMap().set(field, value);
}

function compileSet(node: StatementOf<'set'>, c: CompileContext): Execute {
  const { at, targets } = node;
  const values = node.values.map((value) => compileExpression(value, c));
  const [target] = targets;
  const [only] = values;
  if (targets.length === 1 && target !== undefined && only !== undefined) {
    return (rt) => {
      rt.step();
      const value = only(rt);
      rt.at = at;
      assign(rt, target, value);
      return proceed;
    };
  }
  return (rt) => {
    rt.step();
    const results = values.map((value) => value(rt));
    rt.at = at;
    targets.forEach((each, index) => assign(rt, each, results[index] ?? null));
    return proceed;
  };
}

function compileSetBlock(node: StatementOf<'set-block'>, c: CompileContext): Execute {
  const body = compileBody(node.body, c);
  const filtered = node.filtered === null ? null : compileExpression(node.filtered, c);
  const { at, target } = node;
  return (rt) => {
    rt.step();
    const outer = rt.scope;
    rt.scope = new Scope(outer);
    const value = captured(c.output, rt, () => body(rt));
    rt.scope = outer;
    rt.at = at;
    assign(rt, target, value);
    if (filtered !== null) assign(rt, target, filtered(rt));
    return proceed;
  };
}

function compileMacro(node: StatementOf<'macro'>, c: CompileContext): Execute {
  const body = compileBody(node.body, c);
  const { owner, name } = node;
  const parameters = node.parameters.map((parameter) => ({
    name: parameter.name,
    fallback: parameter.fallback === null ? () => null : compileExpression(parameter.fallback, c),
  }));
  return (rt) => {
    rt.step();
    const evaluated = parameters.map((parameter) => ({
      name: parameter.name,
      fallback: parameter.fallback(rt),
    }));
    const macro = new Macro(name, evaluated, (inner) => captured(c.output, inner, () => body(inner)), false);
    if (owner === null) rt.scope.addMacro(macro);
    else {
      let holder = rt.variable(owner);
      if (!(holder instanceof Dict)) {
        holder = new Dict();
        rt.scope.set(owner, holder);
      }
      holder.asMap().set(name, macro);
    }
    return proceed;
  };
}

function compileCallBlock(node: StatementOf<'call-block'>, c: CompileContext): Execute {
  const call = compileExpression(node.call, c);
  const body = compileBody(node.body, c);
  const { at } = node;
  return (rt) => {
    rt.step();
    const outer = rt.scope;
    rt.scope = new Scope(outer);
    rt.scope.addMacro(new Macro('caller', [], (inner) => captured(c.output, inner, () => body(inner)), true));
    const value = call(rt);
    rt.scope = outer;
    rt.at = at;
    emitValue(c.output, rt, value);
    return proceed;
  };
}

function compileCycle(node: StatementOf<'cycle'>, c: CompileContext): Execute {
  const values = node.values.map((value) => compileExpression(value, c));
  const { as, at } = node;
  return (rt) => {
    rt.step();
    let results = values.map((value) => value(rt));
    const [only] = results;
    if (results.length === 1 && only instanceof List) results = only.items;
    rt.at = at;
    if (as !== null) {
      rt.scope.set(as, new List(results));
      return proceed;
    }
    const loop = rt.variable('loop');
    const turn = loop instanceof Loop ? Math.max(0, loop.index0) : 0;
    if (results.length > 0) emitValue(c.output, rt, results[turn % results.length] ?? null);
    return proceed;
  };
}

function compileIfChanged(node: StatementOf<'ifchanged'>, c: CompileContext): Execute {
  const value = compileExpression(node.value, c);
  const body = compileBody(node.body, c);
  // no variable of a template can have this name
  const memory = `ifchanged ${node.key}`;
  return (rt) => {
    rt.step();
    const now = operand(value(rt), rt);
    const before = rt.scope.recall(memory);
    const changed = !same(now, before, rt);
    rt.scope.set(memory, now);
    return changed ? body(rt) : proceed;
  };
}

function compileAutoescape(node: StatementOf<'autoescape'>, c: CompileContext): Execute {
  const body = compileBody(node.body, c);
  const { on } = node;
  return (rt) => {
    const outer = rt.autoescape;
    const scope = rt.scope;
    rt.autoescape = on;
    rt.scope = new Scope(scope);
    const signal = body(rt);
    rt.scope = scope;
    rt.autoescape = outer;
    return signal;
  };
}
