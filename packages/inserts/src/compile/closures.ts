import type { Library } from '../library.ts';
import type { OutputMode } from '../output/output-mode.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Value } from '../values/value.ts';

/** An expression, ready to be evaluated. */
export type Evaluate = (rt: Runtime) => Value;

/** How a statement ended: go on, leave the loop, or take its next turn. */
export type Signal = 0 | 1 | 2;
export const proceed = 0;
export const leaveLoop = 1;
export const nextTurn = 2;

/** A statement, ready to be carried out. */
export type Execute = (rt: Runtime) => Signal;

/** What compiling needs beside the tree. */
export interface CompileContext {
  readonly library: Library;
  readonly output: OutputMode;
  /** The template that is compiled, if another one loads it. */
  readonly origin: string | null;
  /** What was seen on the way. */
  readonly seen: { extends: boolean };
}
