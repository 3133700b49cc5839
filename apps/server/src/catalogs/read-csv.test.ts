import { Readable } from 'node:stream';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { findItems } from './find-items.ts';
import { putCatalog } from './put-catalog.ts';
import { CsvRefusal, readCsv } from './read-csv.ts';

async function rowsOf(
  chunks: readonly (string | Buffer)[],
  keyColumn = 'key',
): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for await (const { value } of readCsv(Readable.from(chunks), keyColumn)) rows.push({ ...value });
  return rows;
}

async function refusalOf(chunks: readonly (string | Buffer)[], keyColumn = 'key'): Promise<string> {
  try {
    await rowsOf(chunks, keyColumn);
  } catch (error) {
    if (error instanceof CsvRefusal) return error.message;
    throw error;
  }
  return 'imported';
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

  it('with BOM, CRLF, quoted line breaks and doubled quotes is read', async () => {
    expect(await rowsOf(['\uFEFFkey,title\r\na,"one ""1""\r\ntwo"\r\n\r\nb,\r\n'])).toEqual([
      { key: 'a', title: 'one "1"\r\ntwo' },
      { key: 'b', title: '' },
    ]);
  });

  it.each([
    ['', 'the file is empty: its first line must name the columns'],
    ['id,title\na,b\n', 'there is no column "key" for the key; the file has id, title'],
    ['key,key\na,b\n', 'line 1: two columns are named key'],
    ['key,\na,b\n', 'line 1: column 2 has no name'],
    [
      'key,tïtle\na,b\n',
      'line 1: the column name "tïtle" may hold only letters without diacritics, digits, "_" and "-"',
    ],
    ['key,title\na,b\nc\n', 'line 3: the row has 1 cells, fewer than the 2 columns'],
    ['key,title\n"a\nb",x\nc,d,e\n', 'line 4: the row has 3 cells, more than the 2 columns'],
    ['key,title\na,"b\n', 'a quoted cell is never closed'],
    ['key,title\n ,b\n', 'line 2: the key column key is empty'],
    ['key,title\na,x\0\n', 'line 2: column title holds a NUL character'],
  ])('%j is refused: %s', async (text, message) => {
    expect(await refusalOf([text])).toContain(message);
  });

  it('in another encoding is refused', async () => {
    expect(await refusalOf([Buffer.from('key\nä\n', 'latin1')])).toContain('line 2: the file is not UTF-8');
    expect(await refusalOf([Buffer.from('\uFEFFkey\na\n', 'utf16le')])).toContain('UTF-16');
  });

  it('is read alike, whatever its cells, separator and chunks', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'ž', '"', ',', ';', '\n', '\t', '|', ' ', '👩'),
      maxLength: 8,
    });
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.array(fc.nat(40), { maxLength: 10 }),
        async (rows, separator, cuts) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const lines = [
            ['key', 'one', 'two'],
            ...rows.map((row, index) => [`k${index}`, ...row.map(quoted)]),
          ];
          const bytes = Buffer.from(lines.map((line) => line.join(separator)).join('\r\n'));
          const chunks = chunksOf(bytes, cuts);
          expect(await rowsOf(chunks)).toEqual(
            rows.map(([one, two], index) => ({ key: `k${index}`, one, two })),
          );
        },
      ),
    );
  });
});

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const cut of cuts) {
    chunks.push(bytes.subarray(at, at + cut));
    at = Math.min(bytes.length, at + cut);
  }
  return [...chunks, bytes.subarray(at)].filter(({ length }) => length > 0);
}

describe('a catalog', () => {
  it('is made, changed and left alone by the same file', async () => {
    await using database = await testDatabase();
    const platform = testPlatform(database.db);
    const workspaceId = await testWorkspace(database.db);
    const put = async (csv: string, keyColumn = 'syneriseID') =>
      await database.db
        .transaction()
        .execute(
          async (tx) =>
            await putCatalog(tx, platform, { workspaceId, name: 'certificationList', keyColumn, csv }),
        );
    expect(await put('syneriseID,accredibleid\na,1\nb,2\n')).toMatchObject({ kind: 'created' });
    expect(await put('syneriseID,accredibleid\na,1\nb,2\n')).toMatchObject({ kind: 'unchanged' });
    expect(await put('syneriseID;accredibleid\nb;3\nb;4\n')).toMatchObject({ kind: 'updated' });
    const find = async (id: string, catalog = 'certificationList') =>
      (
        await findItems(
          database.db,
          id,
          ['a', 'b', 'c'].map((item) => ({ catalog, item })),
        )
      ).map((found) => (found.kind === 'found' ? found.value['accredibleid'] : found.kind));
    expect(await find(workspaceId)).toEqual(['1', '4', 'no-item']);
    expect(await find(workspaceId, 'CertificationList')).toEqual(['no-catalog', 'no-catalog', 'no-catalog']);
    expect(await find(await testWorkspace(database.db))).toEqual(['no-catalog', 'no-catalog', 'no-catalog']);
    expect(await put('x\ny\n')).toMatchObject({ kind: 'refused' });
  });

  it('takes a large file whole, or not at all', async () => {
    await using database = await testDatabase();
    const platform = testPlatform(database.db);
    const workspaceId = await testWorkspace(database.db);
    const rows = Array.from({ length: 5_000 }, (_, index) => `k${index},v${index}`);
    const put = async (lines: readonly string[]) =>
      await database.db.transaction().execute(async (tx) => {
        const outcome = await putCatalog(tx, platform, {
          workspaceId,
          name: 'big',
          keyColumn: 'key',
          csv: `key,value\n${lines.join('\n')}`,
        });
        if (outcome.kind === 'refused') throw new Error(outcome.message);
        return outcome;
      });
    await expect(put([...rows, 'broken'])).rejects.toThrow('line 5002: the row has 1 cells');
    const count = async () =>
      (await database.db.selectFrom('catalog_item').select('item_key').execute()).length;
    expect(await count()).toBe(0);
    await put(rows);
    expect(await count()).toBe(5_000);
  });
});
