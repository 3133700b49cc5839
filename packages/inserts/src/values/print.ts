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
  #text = '';

  constructor(budget: PrintBudget) {
    this.#budget = budget;
  }

  print(value: List | Dict): string {
    this.#container(value);
    return this.#text;
  }

  #container(value: List | Dict): void {
    if (this.#open.has(value)) {
      this.#text += value instanceof List ? '(this Collection)' : '(this Map)';
      return;
    }
    this.#open.add(value);
    let separator = '';
    if (value instanceof Entry) {
      this.#text += `${value.key}=`;
      this.#item(value.value);
    } else if (value instanceof List) {
      this.#text += '[';
      for (const item of value.items) {
        this.#text += separator;
        this.#item(item);
        separator = ', ';
      }
      this.#text += ']';
    } else {
      this.#text += '{';
      for (const [key, item] of value.asMap()) {
        this.#text += `${separator}${key}=`;
        this.#item(item);
        separator = ', ';
      }
      this.#text += '}';
    }
    this.#open.delete(value);
  }

  #item(item: Value): void {
    this.#budget.step();
    if (item instanceof List || item instanceof Dict) this.#container(item);
    else this.#text += printNested(item, this.#budget);
    this.#budget.checkString(this.#text.length);
  }
}
