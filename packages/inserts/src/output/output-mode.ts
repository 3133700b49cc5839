import type { StaticText } from '../json/json-state.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Fragment } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/**
 * What the rendered text is for, and so how values are printed into it. `json`: escaped inside of a string literal,
 * JSON in value position. `text`: verbatim, as Jinjava does. `url`: percent-encoded. `header`: verbatim, line breaks
 * refused. `html`: `& < > " '` as entities.
 */
export type OutputContext = 'json' | 'text' | 'url' | 'header' | 'html';

/** How a template prints. */
export interface OutputMode {
  readonly context: OutputContext;
  /** True if values are changed on printing, so that captured output must keep them apart from the text around. */
  readonly escapes: boolean;
  writeText(rt: Runtime, piece: StaticText): void;
  writeValue(rt: Runtime, value: Value): void;
}

/** Prints a value where it stands: into the output, or into what is captured at the moment. */
export function emitValue(mode: OutputMode, rt: Runtime, value: Value): void {
  if (rt.capture === null) mode.writeValue(rt, value);
  else if (value instanceof Fragment) rt.capture.push(...value.pieces);
  else rt.capture.push({ kind: 'value', value, html: rt.autoescape });
}

export function emitText(mode: OutputMode, rt: Runtime, piece: StaticText): void {
  if (rt.capture === null) mode.writeText(rt, piece);
  else rt.capture.push({ kind: 'text', text: piece.text });
}

/** Runs `body` and returns what it printed as a value. */
export function captured(mode: OutputMode, rt: Runtime, body: () => void): Value {
  if (mode.escapes) {
    const outer = rt.capture;
    const pieces: Fragment['pieces'][number][] = [];
    rt.capture = pieces;
    body();
    rt.capture = outer;
    return new Fragment(pieces);
  }
  const outer = rt.text;
  rt.text = '';
  body();
  const text = rt.text;
  rt.text = outer;
  return text;
}
