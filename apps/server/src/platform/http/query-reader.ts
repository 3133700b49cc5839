import { storageProblem } from '../db/storable-json.ts';

/** A refused parameter of a request. */
export interface QueryProblem {
  readonly field: string;
  readonly message: string;
  readonly rejectedValue: unknown;
}

/** Larger numbers are no place in any list, and their product would leave the integers. */
const MAX_NUMBER = 1_000_000_000;

/** Reads the parameters of a query; `problems` has those that are not what they must be. */
export class QueryReader {
  readonly problems: QueryProblem[] = [];
  readonly #query: Readonly<Record<string, unknown>>;

  constructor(query: unknown) {
    this.#query = typeof query === 'object' && query !== null ? { ...query } : {};
  }

  /** A text; undefined where it is absent or empty. */
  text(field: string): string | undefined {
    const value = this.#query[field];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') return this.#refuse(field, 'is given more than once', value);
    const problem = storageProblem(value);
    return problem === undefined ? value : this.#refuse(field, problem.message, value);
  }

  /** A whole number of at least `min`; `absent` where there is none. */
  wholeNumber(field: string, { min, absent }: { min: number; absent: number }): number {
    const text = this.text(field);
    if (text === undefined) return absent;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= MAX_NUMBER) return value;
    this.#refuse(field, `must be a whole number from ${min} to ${MAX_NUMBER}`, text);
    return absent;
  }

  #refuse(field: string, message: string, rejectedValue: unknown): undefined {
    this.problems.push({ field, message, rejectedValue });
  }
}
