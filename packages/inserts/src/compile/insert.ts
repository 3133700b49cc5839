import type { InsertCall, InsertHost, InsertOutcome } from '../insert-definition.ts';
import { captured, emitValue } from '../output/output-mode.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Statement, StatementOf } from '../syntax/ast.ts';
import { exportValue } from '../values/export.ts';
import { print } from '../values/print.ts';
import { proceed } from './closures.ts';
import type { CompileContext, Execute, Signal } from './closures.ts';
import { compileExpression } from './expression.ts';
import { property } from './property.ts';

type CompileBody = (statements: readonly Statement[], c: CompileContext) => Execute;

/** A use of an insert: evaluates its parts, asks the insert, and does what it says. */
export function compileInsert(
  node: StatementOf<'insert'>,
  c: CompileContext,
  compileBody: CompileBody,
): Execute {
  const { at, use } = node;
  const definition = c.library.inserts.get(use.name);
  if (definition === undefined) throw new Error(`no insert ${use.name}`);
  const path = use.path === null ? null : compileExpression(use.path, c);
  const args = use.args.map((argument) => compileExpression(argument, c));
  const options = use.options.map(({ name, value }) => [name, compileExpression(value, c)] as const);
  const body = use.body === null ? null : compileBody(use.body, c);
  const bodyIsSubject = definition.grammar.body === 'subject';
  const { column } = use;

  return (rt) => {
    rt.step();
    let subject = path === null ? '' : print(path(rt), rt);
    if (bodyIsSubject && body !== null)
      subject = print(
        captured(c.output, rt, () => body(rt)),
        rt,
      ).trim();
    const call: InsertCall = {
      subject,
      column,
      args: args.map((argument) => exportValue(argument(rt), rt)),
      options: new Map(options.map(([name, value]) => [name, exportValue(value(rt), rt)])),
    };
    rt.at = at;
    const outcome = definition.evaluate(call, new Host(rt));
    return carryOut(outcome, rt, c, bodyIsSubject ? null : body);
  };
}

function carryOut(outcome: InsertOutcome, rt: Runtime, c: CompileContext, body: Execute | null): Signal {
  switch (outcome.kind) {
    case 'value':
      // a value in place of a body, or nothing in place of a value: not what a proof of validity counted on
      if (body !== null) rt.verbatim = true;
      emitValue(c.output, rt, rt.input.value(outcome.value));
      return proceed;
    case 'body':
      if (body !== null) return withVariables(rt, Object.entries(outcome.variables), body);
      rt.verbatim = true;
      return proceed;
    case 'pending': {
      if (rt.missing === null) throw new Error('an insert is pending, but has asked for nothing');
      const variables = (outcome.variables ?? []).map((name) => [name, null] as const);
      if (body !== null) return withVariables(rt, variables, body);
      emitValue(c.output, rt, null);
      return proceed;
    }
    case 'skip':
      return rt.skip(outcome.code, outcome.message);
    case 'fail':
      return rt.fail(outcome.code, outcome.message);
  }
}

/** The body has no scope of its own, so what it sets is there afterwards; only the insert's variables go. */
function withVariables(rt: Runtime, variables: Iterable<readonly [string, unknown]>, body: Execute): Signal {
  const { scope } = rt;
  const before: [string, ReturnType<typeof scope.lookup>][] = [];
  for (const [name, value] of variables) {
    before.push([name, scope.lookup(name)]);
    scope.restore(name, rt.input.value(value));
  }
  const signal = body(rt);
  for (const [name, value] of before) scope.restore(name, value);
  return signal;
}

class Host implements InsertHost {
  readonly #rt: Runtime;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  data(request: Parameters<InsertHost['data']>[0]): ReturnType<InsertHost['data']> {
    return this.#rt.ask(request);
  }

  lookup(name: string, ...path: readonly string[]): unknown {
    let value = this.#rt.variable(name);
    for (const key of path) value = property(value, key, this.#rt);
    return exportValue(value, this.#rt);
  }

  text(value: unknown): string {
    return print(this.#rt.input.value(value), this.#rt);
  }

  nextOrdinal(): number {
    return this.#rt.nextOrdinal();
  }
}
