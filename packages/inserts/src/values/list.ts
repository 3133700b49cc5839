import type { Value } from './value.ts';

/** A list of a template. Lists of the input become such lists on first use, so a change never reaches the input. */
export class List {
  readonly items: Value[];

  constructor(items: Value[]) {
    this.items = items;
  }
}
