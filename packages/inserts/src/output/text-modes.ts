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

export const headerMode: OutputMode = {
  context: 'header',
  escapes: false,
  writeText(rt, piece) {
    refuseLineBreak(rt, piece.text);
    write(rt, piece.text);
  },
  writeValue(rt, value) {
    const text = printed(rt, value);
    refuseLineBreak(rt, text);
    write(rt, text);
  },
};

function refuseLineBreak(rt: Runtime, text: string): void {
  if (lineBreak.test(text))
    rt.fail('header-line-break', 'A header value must not contain a line break or a NUL.');
}

/** A mode that changes every value which is not marked as safe. */
function escapingMode(
  context: OutputMode['context'],
  finished: Marked['mark'] | null,
  escape: (text: string) => string,
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
      } else if (value instanceof Marked && (value.mark === 'safe' || value.mark === finished))
        write(rt, value.text);
      else write(rt, escape(print(value, rt)));
    },
  };
  return mode;
}

export const htmlMode: OutputMode = escapingMode('html', null, escapeHtml);

/** Everything but letters, digits and `-_.!~*'()` as percent-encoded UTF-8; `urlencode`d texts as they are. */
export const urlMode: OutputMode = escapingMode('url', 'url-encoded', (text) =>
  encodeURIComponent(text.toWellFormed()),
);
