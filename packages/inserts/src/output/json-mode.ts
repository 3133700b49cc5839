import { advance, afterBackslash, escapeJson, inString, inValue, staticText } from '../json/json-state.ts';
import { toJson } from '../json/to-json.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { print } from '../values/print.ts';
import { Fragment, Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { escapeHtml } from './html.ts';
import type { OutputMode } from './output-mode.ts';

const jsonLiteral = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

/** The body of a request: every value is escaped for the place where it stands. */
export const jsonMode: OutputMode = {
  context: 'json',
  escapes: true,
  writeText(rt, piece) {
    rt.text += piece.text;
    rt.state = piece.next[rt.state];
    rt.checkOutput();
  },
  writeValue(rt, value) {
    if (rt.trace !== null) rt.trace.push({ offset: rt.text.length, at: rt.place(rt.at), isText: false });
    if (rt.state === inString) {
      if (typeof value === 'string' && !rt.autoescape) rt.text += escapeJson(value);
      else writeInString(rt, value);
    } else if (rt.state === inValue) writeAsValue(rt, value, rt.autoescape);
    else refuseAfterBackslash(rt);
    rt.checkOutput();
  },
};

function refuseAfterBackslash(rt: Runtime): never {
  return rt.fail('json-position', 'An insert cannot stand right after a backslash inside of a JSON string.');
}

function writeInString(rt: Runtime, value: Value): void {
  if (typeof value === 'string' && !rt.autoescape) rt.text += escapeJson(value);
  else if (value instanceof Fragment) writeFragment(rt, value);
  else if (value instanceof Marked && value.mark === 'safe') writeVerbatim(rt, value.text);
  else if (value instanceof Marked && value.mark === 'json-escaped') rt.text += value.text;
  else {
    const text = print(value, rt);
    rt.text += escapeJson(rt.autoescape ? escapeHtml(text) : text);
  }
}

function writeAsValue(rt: Runtime, value: Value, html: boolean): void {
  if (value instanceof Fragment) writeFragment(rt, value);
  else if (value instanceof Marked) {
    if (value.mark === 'safe') writeVerbatim(rt, value.text);
    else if (value.mark === 'json') rt.text += value.text;
    else rt.text += value.mark === 'json-escaped' ? `"${value.text}"` : asLiteral(value.text);
  } else if (typeof value === 'string') rt.text += asLiteral(html ? escapeHtml(value) : value);
  else rt.text += toJson(value, rt);
}

/** Attributes are often texts: one that is a JSON number, true, false or null stands for that. */
function asLiteral(text: string): string {
  return jsonLiteral.test(text) ? text : `"${escapeJson(text)}"`;
}

/** What the author marked as safe: printed as it stands, after which nothing is certain any more. */
function writeVerbatim(rt: Runtime, text: string): void {
  rt.text += text;
  rt.state = advance(text, rt.state);
  rt.verbatim = true;
}

function writeFragment(rt: Runtime, fragment: Fragment): void {
  rt.verbatim = true;
  for (const piece of fragment.pieces) {
    rt.step();
    if (piece.kind === 'text') jsonMode.writeText(rt, staticText(piece.text));
    else if (rt.state === inString) {
      const outer = rt.autoescape;
      rt.autoescape = piece.html;
      writeInString(rt, piece.value);
      rt.autoescape = outer;
    } else if (rt.state === afterBackslash) refuseAfterBackslash(rt);
    else writeAsValue(rt, piece.value, piece.html);
    rt.checkOutput();
  }
}
