import { staticText } from '../json/json-state.ts';
import type { StaticText } from '../json/json-state.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { print } from '../values/print.ts';
import { Fragment, Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { escapeHtml } from './html.ts';
import type { OutputMode } from './output-mode.ts';

function write(rt: Runtime, text: string): void {
  rt.text += text;
  rt.checkOutput();
}

/** The text of a value, with HTML escaped where `{% autoescape true %}` asks for it. */
function printed(rt: Runtime, value: Value): string {
  const text = print(value, rt);
  if (!rt.autoescape || (value instanceof Marked && value.mark === 'safe')) return text;
  return escapeHtml(text);
}

export const textMode: OutputMode = {
  context: 'text',
  escapes: false,
  writeText: (rt, piece) => write(rt, piece.text),
  writeValue: (rt, value) => write(rt, printed(rt, value)),
};

const lineBreak = /[\r\n\0]/;

/** What a header may hold: visible Latin-1, spaces and tabs (RFC 9110). Clients refuse to send anything else. */
const noHeaderCharacter = /[^\t\x20-\x7e\x80-\xff]/u;

export const headerMode: OutputMode = {
  context: 'header',
  escapes: false,
  writeText(rt, piece) {
    checkHeader(rt, piece.text);
    write(rt, piece.text);
  },
  writeValue(rt, value) {
    const text = printed(rt, value);
    checkHeader(rt, text);
    write(rt, text);
  },
};

function checkHeader(rt: Runtime, text: string): void {
  if (lineBreak.test(text))
    rt.fail('header-line-break', 'A header value must not contain a line break or a NUL.');
  const other = noHeaderCharacter.exec(text);
  if (other !== null)
    rt.fail('header-character', `A header value cannot contain ${JSON.stringify(other[0])}.`);
}

/**
 * A mode that changes every value which is not marked as safe, nor as `finished`. `check` sees the text of each before
 * that, and may refuse it.
 */
function escapingMode(
  context: OutputMode['context'],
  finished: Marked['mark'] | null,
  escape: (text: string) => string,
  check: (rt: Runtime, text: string) => void = () => undefined,
): OutputMode {
  const mode: OutputMode = {
    context,
    escapes: true,
    writeText: (rt, piece: StaticText) => write(rt, piece.text),
    writeValue(rt, value) {
      if (value instanceof Fragment) {
        for (const piece of value.pieces) {
          rt.step();
          if (piece.kind === 'text') mode.writeText(rt, staticText(piece.text));
          else mode.writeValue(rt, piece.value);
        }
        return;
      }
      const mark = value instanceof Marked ? value.mark : null;
      const text = print(value, rt);
      if (mark !== 'safe') check(rt, text);
      write(rt, mark === 'safe' || (mark !== null && mark === finished) ? text : escape(text));
    },
  };
  return mode;
}

export const htmlMode: OutputMode = escapingMode('html', null, escapeHtml);

/** A segment of dots leaves the path that it is in, percent-encoded or not. */
function refuseDots(rt: Runtime, text: string): void {
  if ((text === '.' || text === '..') && !/[?#]/.test(rt.text))
    rt.fail('url-dots', `A value that is ${text} would change the path of the URL.`);
}

/**
 * Everything but letters, digits and `-_.!~*'()` as percent-encoded UTF-8; `urlencode`d texts as they are. A value in
 * the path must not be `.` or `..`.
 */
export const urlMode: OutputMode = escapingMode(
  'url',
  'url-encoded',
  (text) => encodeURIComponent(text.toWellFormed()),
  refuseDots,
);
