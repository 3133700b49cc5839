export type Predicate = (codePoint: number) => boolean;

export type Assertion = 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'word' | 'not-word';

export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'one'; readonly accepts: Predicate }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'group'; readonly index: number; readonly inner: RegexNode }
  | {
      readonly kind: 'repeat';
      readonly inner: RegexNode;
      readonly min: number;
      /** Infinity for no bound. */
      readonly max: number;
      readonly greedy: boolean;
    };

/** A parsed regular expression; group 0 is the whole match. */
export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** Why a regular expression is refused. Thrown by the parser and the compiler, caught by `compileRegex`. */
export class RegexProblem extends Error {}
