import fc from 'fast-check';
import { expect, it } from 'vitest';

import { LineCounter } from './line-counter.ts';

it('counts CR, LF and CRLF as one each, wherever they are cut', () => {
  const lines = new LineCounter();
  for (const piece of ['a\r', '\nb\r', 'c\n', '\n', 'd']) lines.append(Buffer.from(piece));
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map((offset) => lines.lineAt(offset))).toEqual([
    1, 2, 2, 2, 3, 3, 5, 5, 5,
  ]);
  lines.advance(3);
  expect([lines.line, lines.offset, lines.size]).toEqual([2, 3, 6]);
  lines.advance(7);
  expect([lines.line, lines.offset, lines.size, lines.lineAt(7)]).toEqual([4, 7, 2, 5]);
  lines.skipBlankLines();
  expect([lines.line, lines.offset, lines.size]).toEqual([5, 8, 1]);
});

it('keeps a CR at the very end, whose LF may follow', () => {
  const lines = new LineCounter();
  lines.append(Buffer.from('\n\r'));
  lines.skipBlankLines();
  expect([lines.line, lines.size]).toEqual([2, 1]);
  lines.append(Buffer.from('\na'));
  lines.skipBlankLines();
  expect([lines.line, lines.size]).toEqual([3, 1]);
});

it('counts alike whatever is let go of when', () => {
  const piece = fc.constantFrom(
    'a',
    'bc\nd',
    '\r\ne',
    'd\re',
    'x'.repeat(70_000),
    `${'\n'.repeat(100_000)}y`,
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const lines = new LineCounter();
      let text = '';
      for (const next of pieces) {
        lines.append(Buffer.from(next));
        text += next;
        const line = (text.match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
        expect(lines.lineAt(text.length - 1)).toBe(line);
        lines.advance(text.length - 1);
        expect([lines.line, lines.offset, lines.size]).toEqual([line, text.length - 1, 1]);
      }
    }),
  );
});
