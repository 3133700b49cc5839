import type { Value } from '../values/value.ts';
import type { Macro } from './macro.ts';

const noMacros: ReadonlyMap<string, Macro> = new Map();

/** Up to this many variables are searched one by one. */
const scanned = 12;

/**
 * Variables. As in Jinjava a variable that is null in an inner scope shows the value of the outer one, and an
 * assignment always goes to the innermost scope.
 */
export class Scope {
  readonly parent: Scope | null;
  /** A name and its value in turns: a scope has few variables, and a Map costs as much as the rest of a small render. */
  #slots: Value[] | null = null;
  #index: Map<string, number> | null = null;
  #macros: Map<string, Macro> | null = null;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  /** Where the value of a variable is; -1 if there is none. */
  #find(slots: readonly Value[], name: string): number {
    if (this.#index !== null) return this.#index.get(name) ?? -1;
    for (let at = 0; at < slots.length; at += 2) if (slots[at] === name) return at + 1;
    return -1;
  }

  lookup(name: string): Value {
    const slots = this.#slots;
    if (slots === null) return null;
    const at = this.#find(slots, name);
    return at < 0 ? null : (slots[at] ?? null);
  }

  set(name: string, value: Value): void {
    this.#slots ??= [];
    const slots = this.#slots;
    const at = this.#find(slots, name);
    if (at >= 0) {
      slots[at] = value;
      return;
    }
    slots.push(name, value);
    if (this.#index !== null) this.#index.set(name, slots.length - 1);
    else if (slots.length > 2 * scanned) {
      this.#index = new Map();
      for (let each = 0; each < slots.length; each += 2) {
        const known = slots[each];
        if (typeof known === 'string') this.#index.set(known, each + 1);
      }
    }
  }

  /** As `lookup`, from here outwards. */
  recall(name: string): Value {
    return this.lookup(name) ?? (this.parent === null ? null : this.parent.recall(name));
  }

  /** The macro of that name that is visible from here, or null. */
  macro(name: string): Macro | null {
    return this.#macros?.get(name) ?? this.parent?.macro(name) ?? null;
  }

  addMacro(macro: Macro, name = macro.name): void {
    this.#macros ??= new Map();
    this.#macros.set(name, macro);
  }

  /** The variables of this scope alone, null ones included. */
  variables(): Map<string, Value> {
    const found = new Map<string, Value>();
    const slots = this.#slots ?? [];
    for (let at = 0; at < slots.length; at += 2) {
      const name = slots[at];
      if (typeof name === 'string') found.set(name, slots[at + 1] ?? null);
    }
    return found;
  }

  /** The macros of this scope alone. */
  macros(): ReadonlyMap<string, Macro> {
    return this.#macros ?? noMacros;
  }
}
