import { property } from '../compile/property.ts';
import type { DataAnswer, DataAnswers, DataRequest, DataRequestBody } from '../data.ts';
import { dataKey } from '../data.ts';
import type { InsertHost } from '../insert-definition.ts';
import type { TraceEntry } from '../json/explain-invalid.ts';
import type { JsonState } from '../json/json-state.ts';
import type { Limits } from '../limits.ts';
import type { Span } from '../syntax/source-map.ts';
import type { TemplateLoader } from '../template-loader.ts';
import { Input } from '../values/input.ts';
import type { PrintBudget } from '../values/print.ts';
import type { FragmentPiece, Value } from '../values/value.ts';
import type { CompileLoaded, Loading } from './loading.ts';
import { Scope } from './scope.ts';
import { SeededRandom } from './seeded-random.ts';
import { Stop } from './stop.ts';

const start: Span = { start: 0, end: 0, line: 1, column: 1 };

/** What all renderings of a template share. */
export interface RuntimeSetup {
  readonly limits: Limits;
  readonly clock: () => number;
  readonly compileLoaded: CompileLoaded;
}

/** What one rendering is given. */
export interface RuntimeInput {
  readonly context: object;
  readonly data?: DataAnswers;
  readonly now: number;
  readonly seed: string;
  readonly timeZone?: string;
  readonly locale?: string;
  readonly plainData?: boolean;
  readonly templates?: TemplateLoader;
}

/** The state of one pass over a template. */
export class Runtime implements PrintBudget {
  readonly limits: Limits;
  readonly now: number;
  readonly locale: string;
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
  /** What inserts may ask; made by the first of them. */
  host: InsertHost | null = null;
  /** The templates that were loaded; made by the first of them. */
  loading: Loading | null = null;
  /** Where the template that is rendered left itself for another one; null within itself. */
  entry: Span | null = null;
  macroDepth = 0;
  /** The names by which macros are being called; made by the first call. */
  activeMacros: Set<string> | null = null;
  loopDepth = 0;

  /** Requests that had no answer yet, by key; a pass with any is repeated. */
  missing: Map<string, DataRequest> | null = null;
  /** Offsets of the output and the nodes that wrote there; kept only to explain invalid JSON. */
  trace: TraceEntry[] | null = null;

  #steps = 0;
  readonly #mostSteps: number;
  readonly #mostOutput: number;
  #deadline = 0;
  #lookups = 0;
  #random: SeededRandom | null = null;
  #ordinals = 0;
  /** Names and values of variables of the input, in turns. */
  #roots: Value[] | null = null;
  readonly #setup: RuntimeSetup;
  readonly #given: RuntimeInput;

  constructor(setup: RuntimeSetup, input: RuntimeInput) {
    this.limits = setup.limits;
    this.#mostSteps = setup.limits.steps;
    this.#mostOutput = setup.limits.output;
    this.now = input.now;
    this.locale = input.locale ?? 'en-US';
    this.input = new Input(input.timeZone ?? 'UTC', input.plainData === true);
    this.#setup = setup;
    this.#given = input;
  }

  variable(name: string): Value {
    return this.scope.recall(name) ?? this.#contextVariable(name);
  }

  /** What is at a path of names below a variable. */
  path(name: string, keys: readonly string[]): Value {
    let value = this.scope.recall(name);
    // straight through the input, without a dict for every object on the way
    if (value === null && !this.input.touched) {
      const direct = this.input.path(this.#given.context, name, keys);
      if (direct !== undefined) return direct;
    }
    value ??= this.#contextVariable(name);
    for (const key of keys) value = property(value, key, this);
    return value;
  }

  /** A variable of the input. Containers are kept, since templates read `event` and `customer` again and again. */
  #contextVariable(name: string): Value {
    this.#roots ??= [];
    const roots = this.#roots;
    for (let at = 0; at < roots.length; at += 2) if (roots[at] === name) return roots[at + 1] ?? null;
    const value = this.input.read(this.#given.context, name);
    if (roots.length < 16) roots.push(name, value);
    return value;
  }

  /** A place as one of the template that is rendered. */
  place(at: Span): Span {
    return at.origin === undefined ? at : (this.entry ?? start);
  }

  get compileLoaded(): CompileLoaded {
    return this.#setup.compileLoaded;
  }

  get templates(): TemplateLoader | undefined {
    return this.#given.templates;
  }

  get random(): SeededRandom {
    this.#random ??= new SeededRandom(this.#given.seed);
    return this.#random;
  }

  /** A number that counts the inserts with side effects of this pass. */
  nextOrdinal(): number {
    return this.#ordinals++;
  }

  step(): void {
    this.#steps++;
    if (this.#steps > this.#mostSteps) {
      this.fail('limit-steps', `The template takes more than ${this.limits.steps} steps.`);
    }
    if ((this.#steps & 1023) === 0) this.#checkTime();
  }

  steps(count: number): void {
    this.#steps += count;
    this.step();
  }

  /** Work on a long text counts by its length, so that many operations on it are as bounded as many operations. */
  charge(length: number): void {
    if (length > 255) this.steps(length >> 6);
  }

  #checkTime(): void {
    const now = this.#setup.clock();
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
    if (this.text.length > this.#mostOutput) {
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
    this.#lookups++;
    if (this.#lookups > this.limits.lookups) {
      this.fail('limit-lookups', `The template makes more than ${this.limits.lookups} look-ups.`);
    }
    const answer = this.#given.data?.get(key);
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
