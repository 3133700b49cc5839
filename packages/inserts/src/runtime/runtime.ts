import type { DataAnswer, DataAnswers, DataRequest, DataRequestBody } from '../data.ts';
import { dataKey } from '../data.ts';
import type { TraceEntry } from '../json/explain-invalid.ts';
import type { JsonState } from '../json/json-state.ts';
import type { Limits } from '../limits.ts';
import type { Span } from '../syntax/source-map.ts';
import type { Input } from '../values/input.ts';
import type { PrintBudget } from '../values/print.ts';
import type { FragmentPiece, Value } from '../values/value.ts';
import { Scope, findVariable } from './scope.ts';
import { SeededRandom } from './seeded-random.ts';
import { Stop } from './stop.ts';

const start: Span = { start: 0, end: 0, line: 1, column: 1 };

/** What a rendering is given, after defaults. */
export interface RuntimeSetup {
  readonly context: object;
  readonly input: Input;
  readonly limits: Limits;
  readonly answers: DataAnswers | undefined;
  readonly now: number;
  readonly seed: string;
  readonly zone: string;
  readonly locale: string;
  readonly clock: () => number;
}

/** The state of one pass over a template. */
export class Runtime implements PrintBudget {
  readonly setup: RuntimeSetup;
  readonly limits: Limits;
  readonly input: Input;
  scope: Scope = new Scope(null);
  /** The node that is being evaluated; errors are reported there. */
  at: Span = start;

  text = '';
  state: JsonState = 0;
  /** Set while output is captured that will be escaped when it is printed. */
  capture: FragmentPiece[] | null = null;
  /** True once something was printed that was not escaped, so that a proof of validity no longer holds. */
  verbatim = false;
  /** True inside of `{% autoescape true %}`. */
  autoescape = false;
  macroDepth = 0;
  loopDepth = 0;

  /** Requests that had no answer yet, by key; a pass with any is repeated. */
  missing: Map<string, DataRequest> | null = null;
  /** Offsets of the output and the nodes that wrote there; kept only to explain invalid JSON. */
  trace: TraceEntry[] | null = null;

  #steps = 0;
  #deadline = 0;
  #lookups: Set<string> | null = null;
  #random: SeededRandom | null = null;
  #ordinals = 0;

  constructor(setup: RuntimeSetup) {
    this.setup = setup;
    this.limits = setup.limits;
    this.input = setup.input;
  }

  variable(name: string): Value {
    return findVariable(this.scope, this.setup.context, this.input, name);
  }

  get random(): SeededRandom {
    this.#random ??= new SeededRandom(this.setup.seed);
    return this.#random;
  }

  /** A number that counts the inserts with side effects of this pass. */
  nextOrdinal(): number {
    return this.#ordinals++;
  }

  step(): void {
    this.#steps++;
    if (this.#steps > this.limits.steps) {
      this.fail('limit-steps', `The template takes more than ${this.limits.steps} steps.`);
    }
    if ((this.#steps & 1023) === 0) this.#checkTime();
  }

  steps(count: number): void {
    this.#steps += count;
    this.step();
  }

  #checkTime(): void {
    const now = this.setup.clock();
    if (this.#deadline === 0) this.#deadline = now + this.limits.milliseconds;
    else if (now > this.#deadline) {
      this.fail('limit-time', `The template takes longer than ${this.limits.milliseconds} ms.`);
    }
  }

  /** To be called with the length of a string before it is made. */
  checkString(length: number): void {
    if (length > this.limits.stringLength) {
      this.fail('limit-string', `A text would be longer than ${this.limits.stringLength} characters.`);
    }
  }

  /** To be called with the length of a list or dict before it is made. */
  checkList(length: number): void {
    if (length > this.limits.listLength) {
      this.fail('limit-list', `A list would have more than ${this.limits.listLength} elements.`);
    }
  }

  checkOutput(): void {
    if (this.text.length > this.limits.output) {
      this.fail('limit-output', `The rendered text is longer than ${this.limits.output} characters.`);
    }
  }

  fail(code: string, message: string): never {
    throw new Stop('error', code, message, this.at);
  }

  skip(code: string, message: string): never {
    throw new Stop('skip', code, message, this.at);
  }

  /** The answer to a request, or undefined; then it is noted, and the pass will be repeated. */
  ask(request: DataRequestBody): DataAnswer | undefined {
    const key = dataKey(request);
    this.#lookups ??= new Set();
    this.#lookups.add(key);
    if (this.#lookups.size > this.limits.lookups) {
      this.fail('limit-lookups', `The template looks up more than ${this.limits.lookups} things.`);
    }
    const answer = this.setup.answers?.get(key);
    if (answer === undefined) {
      // what is given away must not depend on a pass that still goes on with nulls
      if (request.kind === 'voucher' && this.missing !== null) return undefined;
      this.missing ??= new Map();
      this.missing.set(key, { ...request, key });
    } else if (answer.kind === 'unavailable') {
      this.fail('data-unavailable', answer.message);
    }
    return answer;
  }
}
