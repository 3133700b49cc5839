import type { InsertCall, InsertDefinition, InsertHost, InsertOutcome } from '../insert-definition.ts';
import { toJson } from '../json/to-json.ts';
import { captured, emitValue } from '../output/output-mode.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Statement, StatementOf } from '../syntax/ast.ts';
import { exportValue } from '../values/export.ts';
import { print } from '../values/print.ts';
import { Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { proceed } from './closures.ts';
import type { CompileContext, Evaluate, Execute, Signal } from './closures.ts';
import { compileExpression } from './expression.ts';

type CompileBody = (statements: readonly Statement[], c: CompileContext) => Execute;

const none: readonly unknown[] = [];
const noOptions: ReadonlyMap<string, unknown> = new Map();

function exported(args: readonly Evaluate[], rt: Runtime): unknown[] {
  const values: unknown[] = [];
  for (const argument of args) {
    const value = argument(rt);
    values.push(typeof value === 'string' ? value : exportValue(value, rt));
  }
  return values;
}

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
      args: args.length === 0 ? none : exported(args, rt),
      options:
        options.length === 0
          ? noOptions
          : new Map(options.map(([name, value]) => [name, exportValue(value(rt), rt)])),
    };
    rt.at = at;
    rt.host ??= new Host(rt);
    const outcome = definition.evaluate(call, rt.host);
    return carryOut(outcome, rt, c, definition, bodyIsSubject ? null : body);
  };
}

function carryOut(
  outcome: InsertOutcome,
  rt: Runtime,
  c: CompileContext,
  definition: InsertDefinition,
  body: Execute | null,
): Signal {
  switch (outcome.kind) {
    case 'value':
      // a value in place of a body, or nothing in place of a value: not what a proof of validity counted on
      if (body !== null) rt.verbatim = true;
      emitValue(c.output, rt, printed(outcome, c, rt));
      return proceed;
    case 'body':
      if (body !== null) return withVariables(rt, definition.variables, outcome.variables, body);
      rt.verbatim = true;
      return proceed;
    case 'pending': {
      if (rt.missing === null) throw new Error('an insert is pending, but has asked for nothing');
      if (body !== null) return withVariables(rt, definition.variables, noVariables, body);
      emitValue(c.output, rt, null);
      return proceed;
    }
    case 'skip':
      return rt.skip(outcome.code, outcome.message);
    case 'fail':
      return rt.fail(outcome.code, outcome.message);
  }
}

function printed(outcome: Extract<InsertOutcome, { kind: 'value' }>, c: CompileContext, rt: Runtime): Value {
  const value = rt.input.value(outcome.value);
  if (outcome.print === 'json') return new Marked(toJson(value, rt), 'json');
  const isMarkup = outcome.print === 'markup' && c.output.context === 'html';
  return isMarkup ? new Marked(print(value, rt), 'safe') : value;
}

const noVariables: Readonly<Record<string, unknown>> = {};

/** The body has no scope of its own, so what it sets is there afterwards; only the insert's variables go. */
function withVariables(
  rt: Runtime,
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
  body: Execute,
): Signal {
  const { scope } = rt;
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    const outer = scope.lookup(only);
    scope.set(only, rt.input.read(values, only));
    const signal = body(rt);
    scope.set(only, outer);
    return signal;
  }
  const before = names.map((name) => scope.lookup(name));
  for (const name of names) scope.set(name, rt.input.read(values, name));
  const signal = body(rt);
  for (let at = 0; at < names.length; at++) scope.set(names[at] ?? '', before[at] ?? null);
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
    const value = this.#rt.path(name, path);
    return typeof value === 'string' ? value : exportValue(value, this.#rt);
  }

  text(value: unknown): string {
    return typeof value === 'string' ? value : print(this.#rt.input.value(value), this.#rt);
  }

  nextOrdinal(): number {
    return this.#rt.nextOrdinal();
  }
}
