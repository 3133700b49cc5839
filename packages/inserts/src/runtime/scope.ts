import type { Input } from '../values/input.ts';
import type { Value } from '../values/value.ts';
import type { Macro } from './macro.ts';

/**
 * Variables. As in Jinjava a variable that is null in an inner scope shows the value of the outer one, and an
 * assignment always goes to the innermost scope.
 */
export class Scope {
  readonly parent: Scope | null;
  #own: Map<string, Value> | null = null;
  #macros: Map<string, Macro> | null = null;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  lookup(name: string): Value {
    return this.#own?.get(name) ?? null;
  }

  set(name: string, value: Value): void {
    this.#own ??= new Map();
    this.#own.set(name, value);
  }

  /** As `lookup`, from here outwards. */
  recall(name: string): Value {
    return this.lookup(name) ?? this.parent?.recall(name) ?? null;
  }

  /** The macro of that name that is visible from here, or null. */
  macro(name: string): Macro | null {
    return this.#macros?.get(name) ?? this.parent?.macro(name) ?? null;
  }

  addMacro(macro: Macro): void {
    this.#macros ??= new Map();
    this.#macros.set(macro.name, macro);
  }

  /** Takes a variable back to what it was before, of this scope only. */
  restore(name: string, value: Value): void {
    if (value === null) this.#own?.delete(name);
    else this.set(name, value);
  }
}

/** Finds a variable: the scopes from the inside out, then the input. */
export function findVariable(scope: Scope, context: object, input: Input, name: string): Value {
  return scope.recall(name) ?? input.read(context, name);
}
