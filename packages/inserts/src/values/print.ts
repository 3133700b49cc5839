import { Dict } from './dict.ts';
import { Entry, List } from './list.ts';
import { isNumber, printNumber } from './numbers.ts';
import { formatJavaDate } from './print-date.ts';
import { Callable, DateTime, Fragment, Loop, Marked } from './value.ts';
import type { Value } from './value.ts';

/** How much text may be made, and where to say that it was too much. */
export interface PrintBudget {
  /** Called with the length so far; ends the rendering when it is too long. */
  checkString(length: number): void;
  step(): void;
  /** To be called with the length of a text that is read or copied as a whole. */
  charge(length: number): void;
}

/** The text of a value as Jinjava prints it: null is '', a list `[1, a]`, a dict `{a=1}`, floating-point as in Java. */
export function print(value: Value, budget: PrintBudget): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return printObject(value, budget);
}

/** `Objects.toString`: as `print`, but null is `null`, as inside of lists and dicts. */
export function printNested(value: Value, budget: PrintBudget): string {
  return value === null ? 'null' : print(value, budget);
}

function printObject(value: Exclude<Value, null | string>, budget: PrintBudget): string {
  if (isNumber(value)) return printNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Marked) return value.text;
  if (value instanceof List || value instanceof Dict) return new ContainerPrinter(budget).print(value);
  if (value instanceof Fragment) return flatten(value, budget);
  if (value instanceof DateTime) {
    for (let count = 0; count < 150; count++) budget.step();
    return formatJavaDate(value);
  }
  if (value instanceof Loop) return `<ForLoop: ${value.length}>`;
  return value instanceof Callable ? `<${value.name}>` : '';
}

/** The text of a fragment as the plain text output would have it. */
export function flatten(fragment: Fragment, budget: PrintBudget): string {
  let text = '';
  for (const piece of fragment.pieces) {
    budget.step();
    text += piece.kind === 'text' ? piece.text : print(piece.value, budget);
    budget.checkString(text.length);
  }
  return text;
}

/** Prints nested containers; one that contains itself prints as `(this Collection)` or `(this Map)`, as in Java. */
class ContainerPrinter {
  readonly #budget: PrintBudget;
  readonly #open = new Set<List | Dict>();
  /** Joined at the end: a text that grows by many small pieces costs the garbage collector more than all else. */
  readonly #parts: string[] = [];
  #length = 0;

  constructor(budget: PrintBudget) {
    this.#budget = budget;
  }

  print(value: List | Dict): string {
    this.#container(value);
    return this.#parts.join('');
  }

  #add(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }

  #container(value: List | Dict): void {
    if (this.#open.has(value)) {
      this.#add(value instanceof List ? '(this Collection)' : '(this Map)');
      return;
    }
    // knowing what it is inside of costs more the deeper a container is
    this.#budget.charge(this.#open.size << 4);
    this.#open.add(value);
    if (value instanceof Entry) {
      this.#add(`${value.key}=`);
      this.#item(value.value);
    } else if (value instanceof List) this.#list(value);
    else this.#dict(value);
    this.#open.delete(value);
  }

  #list(list: List): void {
    let separator = '[';
    for (const item of list.items) {
      this.#add(separator);
      this.#item(item);
      separator = ', ';
    }
    this.#add(list.items.length === 0 ? '[]' : ']');
  }

  #dict(dict: Dict): void {
    let separator = '{';
    for (const [key, item] of dict.asMap()) {
      this.#add(`${separator}${key}=`);
      this.#item(item);
      separator = ', ';
    }
    this.#add(dict.size === 0 ? '{}' : '}');
  }

  #item(item: Value): void {
    this.#budget.step();
    if (item instanceof List || item instanceof Dict) this.#container(item);
    else this.#add(printNested(item, this.#budget));
    this.#budget.checkString(this.#length);
  }
}
