import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cut, cutAt, read } from './testing/read-parts.ts';

/** A file, and what is to be read from it, worked out from how it was put together. */
interface Sample {
  readonly bytes: Buffer;
  readonly expected: {
    readonly rows: readonly { line: number; key: string; value: Record<string, string> }[];
    /** The line and the beginning of the refusal. */
    readonly refusal: string | undefined;
  };
}

/** What is read, in the form of what is expected. */
async function outcome(file: Sample, chunks: readonly Buffer[]) {
  const { parts, refusal } = await read(chunks);
  const rows = parts.flatMap((part) =>
    part.kind === 'row' ? [{ line: part.line, key: part.key, value: part.value }] : [],
  );
  return { rows, refusal: refusal?.slice(0, file.expected.refusal?.length) };
}

const lineBreak = fc.constantFrom('\n', '\r\n', '\r');
const cell = fc.string({
  unit: fc.constantFrom(
    'a',
    'ž',
    '"',
    '""',
    ',',
    ';',
    '\r',
    '\n',
    '\r\n',
    '\t',
    '|',
    ' ',
    '👩',
    '\uFEFF',
    '{{',
    '}}',
  ),
  maxLength: 6,
});
const fault = fc.constantFrom(
  'none',
  'none',
  'short',
  'long',
  'no key',
  'quote',
  'open',
  'latin1',
  'quoted latin1',
  'cut',
);
const samples = (starts: readonly string[], separators: readonly string[]): fc.Arbitrary<Sample> =>
  fc
    .record({
      start: fc.constantFrom(...starts),
      separator: fc.constantFrom(...separators),
      rows: fc.array(
        fc.record({ one: cell, two: cell, end: lineBreak, blank: fc.constantFrom('', '', '\r\n') }),
        { maxLength: 8 },
      ),
      fault,
    })
    .map(sampleOf);
const sample = samples(['', '\uFEFF', '\n', '\uFEFF\r\n\n', '\r'], [',', ';', '\t', '|']);

function sampleOf(drawn: {
  start: string;
  separator: string;
  rows: readonly { one: string; two: string; end: string; blank: string }[];
  fault: string;
}): Sample {
  const { start, separator } = drawn;
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  let text = `${start}${['key', 'one', 'two'].join(separator)}\n`;
  const lineHere = (): number => (text.match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
  const rows = drawn.rows.map(({ one, two, end, blank }, index) => {
    const row = { line: lineHere(), key: `k${index}`, value: { key: `k${index}`, one, two } };
    text += [`k${index}`, quoted(one), quoted(two)].join(separator) + end + blank;
    return row;
  });
  const line = lineHere();
  const wrong = new Map([
    ['short', ['k', 'one']],
    ['long', ['k', '"1\r\n2"', 'two', 'three']],
    ['no key', ['" "', '"1\r\n2"', 'two']],
    ['quote', ['k', '"one', '1\n"x', 'two']],
    ['open', ['k', '"1\r\n2"', `"${separator}\n`]],
    ['latin1', ['\n', 'two']],
    ['quoted latin1', ['" b', '\n', 'two']],
    ['cut', ['k', '"1\n', '👩']],
  ]).get(drawn.fault);
  const refusals: Record<string, string> = {
    short: `line ${line}: the row has 2 cells, fewer`,
    long: `line ${line}: the row has 4 cells, more`,
    'no key': `line ${line}: the key in column key is empty`,
    quote: `line ${line}: a quote within a cell`,
    open: `line ${line + 1}: the quote of a cell`,
    latin1: `line ${line}: the file is not UTF-8`,
    'quoted latin1': `line ${line + 1}: the file is not UTF-8`,
    cut: `line ${line + 1}: the file is not UTF-8`,
  };
  let bytes = Buffer.from(text);
  if (wrong !== undefined) {
    const tail = Buffer.from(wrong.join(separator));
    if (drawn.fault === 'latin1') bytes = Buffer.concat([bytes, Buffer.from('\xe4', 'latin1'), tail]);
    else if (drawn.fault === 'quoted latin1')
      bytes = Buffer.concat([bytes, Buffer.from('k,"\n"\xe4', 'latin1'), tail]);
    else if (drawn.fault === 'cut') bytes = Buffer.concat([bytes, tail.subarray(0, -1)]);
    else bytes = Buffer.concat([bytes, tail, Buffer.from('\n')]);
    // An open quote takes the rest of the file with it.
    if (!['open', 'cut'].includes(drawn.fault)) bytes = Buffer.concat([bytes, Buffer.from('z\nz\n')]);
  }
  return { bytes, expected: { rows, refusal: refusals[drawn.fault] } };
}

describe('however a file is cut into chunks', () => {
  it('its rows, their lines and its first fault are the same: cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.array(fc.nat(300), { maxLength: 12 }), async (file, places) => {
        expect(await outcome(file, cutAt(file.bytes, places))).toEqual(file.expected);
      }),
      { numRuns: 500 },
    );
  });

  it('its rows, their lines and its first fault are the same: byte by byte, and with empty chunks', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async (file) => {
        const bytes = cut(file.bytes, 1);
        expect(await outcome(file, bytes)).toEqual(file.expected);
        expect(
          await outcome(
            file,
            bytes.flatMap((byte) => [Buffer.alloc(0), byte]),
          ),
        ).toEqual(file.expected);
      }),
      { numRuns: 200 },
    );
  });

  it('every single cut of a file with each kind of place in it gives the same', async () => {
    const text = '\uFEFF\r\nkey;one\r\n"ž👩";"a""\r\n;"\r\rk;"\r"\n\r\nl;"x"\ny';
    const bytes = Buffer.from(text);
    const whole = await read([bytes]);
    expect(whole).toEqual({
      parts: [
        { kind: 'header', line: 2, columns: ['key', 'one'], keyColumn: 'key' },
        { kind: 'row', line: 3, key: 'ž👩', value: { key: 'ž👩', one: 'a"\r\n;' } },
        { kind: 'row', line: 6, key: 'k', value: { key: 'k', one: '\r' } },
        { kind: 'row', line: 9, key: 'l', value: { key: 'l', one: 'x' } },
      ],
      refusal: 'line 10: the row has 1 cells, fewer than the 2 columns',
    });
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++)
        expect(await read(cutAt(bytes, [first, second]))).toEqual(whole);
    }
  });

  it('all is the same beyond the part from which the separator is told', async () => {
    const head = 'key,one,two\n';
    const start = Buffer.from(`${head}${'s,"1\r\n2",ž\n'.repeat(8_000)}`);
    const shift = 8_000 * 2;
    await fc.assert(
      fc.asyncProperty(
        samples([''], [',']),
        fc.array(fc.nat(300), { maxLength: 6 }),
        async ({ bytes, expected }, places) => {
          const moved = {
            rows: expected.rows.map((row) => ({ ...row, line: row.line + shift })),
            refusal: expected.refusal?.replace(/\d+/, (line) => String(Number(line) + shift)),
          };
          const file = { bytes: Buffer.concat([start, bytes.subarray(head.length)]), expected: moved };
          const chunks = cutAt(
            file.bytes,
            places.map((place) => start.length + place),
          );
          const { rows, refusal } = await outcome(file, chunks);
          expect({ rows: rows.slice(8_000), refusal }).toEqual(moved);
        },
      ),
      { numRuns: 30 },
    );
  });
});
