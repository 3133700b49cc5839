import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { readCsv } from './read-csv.ts';
import { MAX_RECORD_BYTES } from './record-parser.ts';
import { cut, read } from './testing/read-parts.ts';
import type { Chunks } from './testing/read-parts.ts';

async function rowsOf(chunks: Chunks, keyColumn = 'key'): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for await (const part of readCsv(Readable.from(chunks), keyColumn)) {
    if (part.kind === 'row') rows.push({ ...part.value });
  }
  return rows;
}

async function refusalOf(chunks: Chunks, keyColumn = 'key'): Promise<string | undefined> {
  return (await read(chunks, keyColumn)).refusal;
}

describe('a CSV file', () => {
  it.each([',', ';', '\t', '|'])('with the separator %j is read', async (separator) => {
    const text = [
      ['key', 'title'],
      ['a', `"x${separator}y"`],
    ]
      .map((row) => row.join(separator))
      .join('\n');
    expect(await rowsOf([text])).toEqual([{ key: 'a', title: `x${separator}y` }]);
  });

  it.each(['\n', '\r\n', '\r'])('with %j before its header is read, whatever its separator', async (end) => {
    for (const separator of [',', ';', '\t', '|']) {
      const text = `\uFEFF${end}${end}key${separator}title${end}a${separator}"x,;\t|y,,"${end}`;
      expect(await rowsOf([text])).toEqual([{ key: 'a', title: 'x,;\t|y,,' }]);
    }
  });

  it('with BOM, CRLF, quoted line breaks and doubled quotes is read', async () => {
    expect(await rowsOf(['\uFEFFkey,title\r\na,"one ""1""\r\ntwo"\r\n\r\nb,\r\n'])).toEqual([
      { key: 'a', title: 'one "1"\r\ntwo' },
      { key: 'b', title: '' },
    ]);
  });

  it('with CR, LF and CRLF at the ends of its lines is read', async () => {
    expect(await rowsOf(['key,title\ra,1\nb,2\r\nc,3'])).toEqual([
      { key: 'a', title: '1' },
      { key: 'b', title: '2' },
      { key: 'c', title: '3' },
    ]);
  });

  it('with nothing but its header has its columns', async () => {
    expect(await read(['\nkey,title'])).toEqual({
      parts: [{ kind: 'header', line: 2, columns: ['key', 'title'], keyColumn: 'key' }],
    });
  });

  it.each([
    ['', 'the file is empty: its first line must name the columns'],
    ['\n\r\n', 'the file is empty: its first line must name the columns'],
    ['id,title\na,b\n', 'there is no column "key" for the key; the file has id, title'],
    ['key,key\na,b\n', 'line 1: two columns are named key'],
    ['key,\na,b\n', 'line 1: column 2 has no name'],
    ['key,""\na,b\n', 'line 1: column 2 has no name'],
    [
      '\nkey,tïtle\na,b\n',
      'line 2: the name of column 2, "tïtle", must be letters without diacritics, digits, "_" and "-", and not begin with "-"',
    ],
    ['key,title\na,b\nc\n', 'line 3: the row has 1 cells, fewer than the 2 columns'],
    ['key,title\n"a\nb",x\nc,d,e\n', 'line 4: the row has 3 cells, more than the 2 columns'],
    ['key,title\r\n"a\r\nb",x\r\n\r\n"c\rd"\r\n', 'line 5: the row has 1 cells, fewer than the 2 columns'],
    ['key,title\na,"b\nc\nd\n', 'line 2: the quote of a cell that begins here is never closed'],
    ['key,title\na,b\n"c\nd","\ne\n', 'line 4: the quote of a cell that begins here is never closed'],
    ['key,title\n\n"', 'line 3: the quote of a cell that begins here is never closed'],
    ['key,title\na,"b\nc" d\n', 'line 2: a quote within a cell that begins here is not doubled'],
    ['key,title\na,b"c\n', 'line 2: a quote within a cell that begins here is not doubled'],
    ['key,title\n ,b\n', 'line 2: the key in column key is empty'],
    ['key,title\na,"\n"\nb,x\0\n', 'line 4: column title holds a NUL character'],
    ['key,title\na\0,x\n', 'line 2: column key holds a NUL character'],
    ['key,title\na,"b"\0\n', 'line 2: column title holds a NUL character'],
  ])('%j is refused: %s', async (text, message) => {
    expect(await refusalOf([text])).toContain(message);
  });

  it('with names or keys that are too long, or too many, is refused', async () => {
    expect(await refusalOf([`key,${'x'.repeat(101)}`])).toBe(
      `line 1: the name of column 2, "${'x'.repeat(60)}…", is longer than 100 characters`,
    );
    const names = Array.from({ length: 1_001 }, (_, n) => `c${n}`).join(',');
    expect(await refusalOf([names], 'c0')).toBe('line 1: there are more than 1000 columns');
    expect(await refusalOf([`item_key,${names}`], 'c0')).toBe('line 1: there are more than 1000 columns');
    expect(await refusalOf([names.slice('c0,'.length)], 'c1')).toBeUndefined();
    expect(await refusalOf([names.slice('c0,'.length)], 'x'.repeat(90))).toBe(
      `there is no column "${'x'.repeat(60)}…" for the key; the file has ${Array.from({ length: 20 }, (_, n) => `c${n + 1}`).join(', ')} and 980 more`,
    );
    expect(await refusalOf([`key,title\na,b\n${'k'.repeat(501)},b\n`])).toBe(
      'line 3: the key in column key is longer than 500 characters',
    );
    expect(await refusalOf([`key,title\n${'k'.repeat(500)},b\n`])).toBeUndefined();
  });

  it('in another encoding is refused', async () => {
    expect(await refusalOf([Buffer.from('key\nä\n', 'latin1')])).toBe(
      'line 2: the file is not UTF-8: save it as "CSV UTF-8"',
    );
    expect(await refusalOf([Buffer.from('key\n\nb\nä', 'latin1')])).toContain(
      'line 4: the file is not UTF-8',
    );
    expect(await refusalOf([Buffer.from('key\nb\n👩').subarray(0, -1)])).toContain(
      'line 3: the file is not UTF-8',
    );
    for (const bom of ['\uFEFF', '']) {
      expect(await refusalOf([Buffer.from(`${bom}key\na\n`, 'utf16le')])).toContain('UTF-16');
      expect(await refusalOf([Buffer.from(`${bom}key\na\n`, 'utf16le').swap16()])).toContain('UTF-16');
    }
  });

  it('tells the first of its faults', async () => {
    const bytes = Buffer.concat([Buffer.from('key,title\na,b\n,c\nd,e\n'), Buffer.from('f,ä\n', 'latin1')]);
    for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.from([byte]))]) {
      expect(await read(chunks)).toMatchObject({
        parts: [{ kind: 'header' }, { key: 'a' }],
        refusal: 'line 3: the key in column key is empty',
      });
    }
  });

  it('has the keys of an export in its first column', async () => {
    const csv = 'item_key,id,title\r\na,a,""\r\nb,b,\r\n';
    const rows = [
      { kind: 'row', line: 2, key: 'a', value: { id: 'a', title: '' } },
      { kind: 'row', line: 3, key: 'b', value: { id: 'b' } },
    ];
    const header = { kind: 'header', line: 1, columns: ['id', 'title'] };
    expect(await read([csv], 'id')).toEqual({ parts: [{ ...header, keyColumn: 'id' }, ...rows] });
    expect(await read([csv], 'item_key')).toEqual({ parts: [{ ...header, keyColumn: undefined }, ...rows] });
    expect(await refusalOf(['item_key,id\na,b\n'], 'id')).toBe(
      'line 2: item_key is "a" and id is "b": to import what was exported, name item_key as the key column',
    );
    expect(await refusalOf(['item_key,id\n,b\n'], 'item_key')).toBe(
      'line 2: the key in column item_key is empty',
    );
    expect(await rowsOf(['id,item_key\na,b\n'], 'id')).toEqual([{ id: 'a', item_key: 'b' }]);
    expect(await rowsOf(['item_key,item_key\na,b\n'], 'item_key')).toEqual([{ item_key: 'b' }]);
  });

  it('may name its columns like members of objects', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const [row] = await rowsOf([`${name},b\nx,y\n`], name);
      expect(Object.entries(row ?? {})).toEqual([
        [name, 'x'],
        ['b', 'y'],
      ]);
      expect(await refusalOf([`item_key,${name}\nx,\n`], name)).toContain(`${name} is ""`);
    }
  });
});

describe('a row', () => {
  const row = (bytes: number): string => `"a""\n","${'x'.repeat(bytes - 10)}"\n`;

  it('has up to 1 MiB', async () => {
    expect(row(100)).toHaveLength(100);
    for (const chunk of [MAX_RECORD_BYTES * 2, 100_000]) {
      const chunksOf = (text: string): Buffer[] => cut(Buffer.from(text), chunk);
      const head = `key,title\n\n${row(100)}`;
      const largest = await read(chunksOf(head + row(MAX_RECORD_BYTES)));
      expect(largest).toMatchObject({ parts: [{}, { line: 3 }, { line: 5, key: 'a"' }] });
      expect(largest.refusal).toBeUndefined();
      for (const more of [1, 7, 8, 9, 100, 70_000]) {
        const refused = await refusalOf(chunksOf(head + row(MAX_RECORD_BYTES + more) + row(100)));
        expect(refused).toMatch(
          /^line [56]: the row is larger than 1 MiB, or a quote that opens here is not closed$/,
        );
      }
    }
  });

  it('of a quote that is never closed in a large file is told at the quote', async () => {
    const text = `key,title\na,"1\n2"\nb,"${'line\n'.repeat(300_000)}`;
    expect(await refusalOf(cut(Buffer.from(text), 50_000))).toBe(
      'line 4: the row is larger than 1 MiB, or a quote that opens here is not closed',
    );
  });

  it('of nothing but separators is not gathered without end', async () => {
    const held: number[] = [];
    let read = 0;
    const endless = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('key\n');
      for (;;) {
        read += 50_000;
        held.push(read);
        yield Buffer.alloc(50_000, ',');
      }
    };
    await expect(async () => {
      for await (const part of readCsv(Readable.from(endless()), 'key')) expect(part.kind).toBe('header');
    }).rejects.toThrow('line 2: the row is larger than 1 MiB');
    expect(held.length).toBeLessThan(50);
  });
});
