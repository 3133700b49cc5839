import type { InsertDefinition } from './insert-definition.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { Value } from './values/value.ts';

/** Arguments in the order of a definition's parameters; undefined where none was given. */
export type Arguments = readonly (Value | undefined)[];

export interface FilterDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for the documentation and for editors. */
  readonly summary: string;
  readonly params: readonly string[];
  /**
   * What happens to named arguments: `named` puts each at its parameter and refuses unknown names; `appended` ignores
   * the names and puts the values after the others, which is what Jinjava does for its older filters; `separate`
   * hands them over by name and ignores unknown ones.
   */
  readonly naming: 'named' | 'appended' | 'separate';
  /** How many arguments must be given; 0 if left out. */
  readonly required?: number;
  /** True if a text marked as safe stays so: Jinjava's rule for filters that change a text. */
  readonly keepsSafe: boolean;
  /** `input` is never a fragment. `named` is empty unless `naming` is `separate`. */
  apply(input: Value, args: Arguments, rt: Runtime, named: ReadonlyMap<string, Value>): Value;
}

export interface TestDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** `subject` is never a fragment. */
  check(subject: Value, args: Arguments, rt: Runtime): boolean;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly string[];
  call(args: readonly Value[], named: ReadonlyMap<string, Value>, rt: Runtime): Value;
}

/** A method of a kind of value. `target` has that kind. */
export interface MethodDefinition<T> {
  readonly name: string;
  readonly summary: string;
  call(target: T, args: readonly Value[], rt: Runtime): Value;
}

/** Everything that a template can name. All of it Maps, so that no name reaches an object's prototype. */
export interface Library {
  readonly filters: ReadonlyMap<string, FilterDefinition>;
  readonly tests: ReadonlyMap<string, TestDefinition>;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly inserts: ReadonlyMap<string, InsertDefinition>;
}

/** Definitions by name and alias. */
export function byName<T extends { readonly name: string; readonly aliases?: readonly string[] }>(
  definitions: readonly T[],
): Map<string, T> {
  const map = new Map<string, T>();
  for (const definition of definitions) {
    map.set(definition.name, definition);
    for (const alias of definition.aliases ?? []) map.set(alias, definition);
  }
  return map;
}
