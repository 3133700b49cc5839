import type { Value } from '../values/value.ts';
import type { Span } from './source-map.ts';

type UnaryOperator = '-' | 'not' | 'empty';
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '//'
  | '**'
  | '~'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'and'
  | 'or';

/** An argument of a call, a filter or a test; `name` is null for a positional one. */
export interface Argument {
  readonly name: string | null;
  readonly value: Expression;
}

export interface DictEntry {
  readonly key: string;
  readonly value: Expression;
}

/** Every node knows where it stands. */
export type Expression =
  | { readonly kind: 'literal'; readonly at: Span; readonly value: Value }
  | { readonly kind: 'name'; readonly at: Span; readonly name: string }
  | { readonly kind: 'attribute'; readonly at: Span; readonly target: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly at: Span; readonly target: Expression; readonly index: Expression }
  | {
      readonly kind: 'slice';
      readonly at: Span;
      readonly target: Expression;
      readonly from: Expression | null;
      readonly to: Expression | null;
    }
  | { readonly kind: 'call'; readonly at: Span; readonly name: string; readonly args: readonly Argument[] }
  | {
      readonly kind: 'method';
      readonly at: Span;
      readonly target: Expression;
      readonly name: Expression;
      readonly args: readonly Argument[];
    }
  | { readonly kind: 'list'; readonly at: Span; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly at: Span; readonly entries: readonly DictEntry[] }
  | {
      readonly kind: 'unary';
      readonly at: Span;
      readonly operator: UnaryOperator;
      readonly operand: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly at: Span;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly at: Span;
      readonly test: Expression;
      readonly chosen: Expression;
      readonly otherwise: Expression | null;
    }
  | {
      readonly kind: 'filter';
      readonly at: Span;
      readonly input: Expression;
      readonly name: string;
      readonly args: readonly Argument[];
    }
  | {
      readonly kind: 'test';
      readonly at: Span;
      readonly subject: Expression;
      readonly name: string;
      readonly negated: boolean;
      readonly args: readonly Argument[];
    };

export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

export interface Branch {
  readonly at: Span;
  readonly test: Expression;
  readonly body: readonly Statement[];
}

export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | null;
}

/** A place that `set` writes to: a variable, or a field of a namespace. */
export interface SetTarget {
  readonly name: string;
  readonly field: string | null;
}

export interface InsertOption {
  readonly name: string;
  readonly at: Span;
  readonly value: Expression;
}

/** A use of an insert, cut up by the insert's grammar. */
export interface InsertUse {
  readonly name: string;
  /** `.certificationList` in `{% catalogitem.certificationList(key) %}`, a bare word, or an expression in `['…']`. */
  readonly path: Expression | null;
  readonly args: readonly Expression[];
  /** `.col` after the arguments. */
  readonly column: string | null;
  readonly options: readonly InsertOption[];
  readonly body: readonly Statement[] | null;
}

/** `a as b` in `{% from 'x' import a as b %}`. */
export interface ImportedName {
  readonly name: string;
  readonly as: string;
}

export type Statement =
  | { readonly kind: 'text'; readonly at: Span; readonly text: string }
  | { readonly kind: 'output'; readonly at: Span; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly at: Span;
      readonly branches: readonly Branch[];
      readonly otherwise: readonly Statement[] | null;
    }
  | {
      readonly kind: 'for';
      readonly at: Span;
      readonly variables: readonly string[];
      readonly source: Expression;
      readonly body: readonly Statement[];
      /** Rendered when there was nothing to loop over. */
      readonly otherwise: readonly Statement[] | null;
      readonly otherwiseAt: Span | null;
    }
  | {
      readonly kind: 'set';
      readonly at: Span;
      readonly targets: readonly SetTarget[];
      readonly values: readonly Expression[];
    }
  | {
      readonly kind: 'set-block';
      readonly at: Span;
      readonly target: SetTarget;
      /** The filters written after the name, applied to the name itself. */
      readonly filtered: Expression | null;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'do'; readonly at: Span; readonly value: Expression }
  | { readonly kind: 'do-block'; readonly at: Span; readonly body: readonly Statement[] }
  | {
      readonly kind: 'macro';
      readonly at: Span;
      readonly owner: string | null;
      readonly name: string;
      readonly parameters: readonly Parameter[];
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'call-block';
      readonly at: Span;
      readonly call: Expression;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'cycle';
      readonly at: Span;
      readonly values: readonly Expression[];
      readonly as: string | null;
    }
  | {
      readonly kind: 'ifchanged';
      readonly at: Span;
      readonly key: string;
      readonly value: Expression;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'autoescape';
      readonly at: Span;
      readonly on: boolean;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'break' | 'continue'; readonly at: Span }
  | { readonly kind: 'include'; readonly at: Span; readonly path: Expression }
  | { readonly kind: 'extends'; readonly at: Span; readonly path: Expression }
  | {
      readonly kind: 'import';
      readonly at: Span;
      readonly path: Expression;
      /** The dict that takes what the template sets and defines; null for the scope of the tag. */
      readonly as: string | null;
    }
  | {
      readonly kind: 'from-import';
      readonly at: Span;
      readonly path: Expression;
      readonly names: readonly ImportedName[];
    }
  | { readonly kind: 'block'; readonly at: Span; readonly name: string; readonly body: readonly Statement[] }
  | { readonly kind: 'insert'; readonly at: Span; readonly use: InsertUse };

export type StatementOf<K extends Statement['kind']> = Extract<Statement, { kind: K }>;
