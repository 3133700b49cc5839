import type { DataAnswer, DataRequestBody } from './data.ts';
import type { NeedsCollector } from './needs.ts';

/** An option of an insert, written `name=value` or `name:value`. */
export interface InsertOptionGrammar {
  readonly name: string;
  readonly required?: boolean;
  /** True if a bare word is the variable of that name where there is one. */
  readonly resolves?: boolean;
}

/** How an insert is written: `name[.path](args)[.column] [option=value]… [body end]`. */
export interface InsertGrammar {
  /**
   * What follows the name: a dotted name or `['…']` (`path`), a bare word or expression (`word`), either (`any`), or
   * nothing.
   */
  readonly subject: 'none' | 'path' | 'word' | 'any';
  readonly subjectRequired: boolean;
  /** The number of arguments in parentheses; 0 means no parentheses. */
  readonly args: number;
  /** True if `.column` may follow the arguments. */
  readonly column: boolean;
  readonly options: readonly InsertOptionGrammar[];
  /** `template`: rendered with the insert's variables up to `end<name>`; `subject`: its text is the subject. */
  readonly body: 'none' | 'template' | 'subject';
}

/** A use of an insert while a template is rendered. Values are plain data. */
export interface InsertCall {
  /** The path, word or body text; '' if none. */
  readonly subject: string;
  readonly args: readonly unknown[];
  readonly column: string | null;
  readonly options: ReadonlyMap<string, unknown>;
}

/** What an insert may ask of the rendering. */
export interface InsertHost {
  /** The answer to a request, or undefined while it is not known yet; then return `{ kind: 'pending' }`. */
  data(request: DataRequestBody): DataAnswer | undefined;
  /** A variable, or what is at a path inside of it, as plain data; null if there is nothing. */
  lookup(name: string, ...path: readonly string[]): unknown;
  /** The text of a value as the template would print it. */
  text(value: unknown): string;
  /** Counts the inserts with side effects of this rendering, the same in every pass. */
  nextOrdinal(): number;
}

/** What an insert comes to. */
export type InsertOutcome =
  /** Prints a value: as any other, as JSON, or as markup, which is not escaped in HTML. */
  | { readonly kind: 'value'; readonly value: unknown; readonly print?: 'json' | 'markup' }
  /** Renders the body once with these of the declared variables; the others are null. */
  | { readonly kind: 'body'; readonly variables: Readonly<Record<string, unknown>> }
  /** Waits for data; the body sees its variables as null in the meantime. */
  | { readonly kind: 'pending' }
  /** Ends the rendering: there is nothing to be sent, and why. */
  | { readonly kind: 'skip'; readonly code: string; readonly message: string }
  /** Ends the rendering with an error. */
  | { readonly kind: 'fail'; readonly code: string; readonly message: string };

/** What is known of a use of an insert without rendering it; `undefined` where a part is computed. */
export interface StaticInsertCall {
  readonly subject: string | undefined;
  readonly column: string | null;
  readonly options: ReadonlyMap<string, unknown>;
}

/** An insert. Everything about it is here, so that a new one is one file. */
export interface InsertDefinition {
  readonly name: string;
  readonly summary: string;
  /** How it is written, for the documentation and for editors. */
  readonly examples: readonly string[];
  readonly grammar: InsertGrammar;
  /** All variables that the body may see. */
  readonly variables: readonly string[];
  /** Adds what a use of it needs. */
  needs(call: StaticInsertCall, needs: NeedsCollector): void;
  evaluate(call: InsertCall, host: InsertHost): InsertOutcome;
}
