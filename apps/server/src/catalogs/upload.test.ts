import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { csvForm, hubServer } from '../testing/hub-server.ts';
import type { HubAnswer, HubClient, HubServer } from '../testing/hub-server.ts';
import { catalogRoutes } from './index.ts';
import {
  catalogOf,
  errorsOf,
  itemOf,
  makeCatalog,
  pageOf,
  upload as uploadBy,
  valuesOf,
} from './testing/catalog-client.ts';

let server: HubServer;
let mine: HubClient;
/** Where the server of this file keeps what it is sent. */
const temporary = mkdtempSync(path.join(tmpdir(), 'laurel-test-uploads-'));

beforeAll(async () => {
  vi.stubEnv('TMPDIR', temporary);
  server = await hubServer((platform) => [catalogRoutes(platform)]);
  ({ mine } = server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

const upload = async (bag: string, csv: string | Buffer, itemKey?: string): Promise<HubAnswer> =>
  await uploadBy(mine, bag, csv, itemKey);
const values = async (bag: string) => await valuesOf(mine, bag);
const columns = async (bag: string) => (await catalogOf(mine, bag)).columns;

describe('an upload', () => {
  it('makes items, replaces them by key and leaves the others', async () => {
    const { path: bag } = await makeCatalog(mine);
    const first = await upload(bag, 'syneriseID,accredibleid\na,1\nb,2\n', 'syneriseID');
    expect([first.status, first.text]).toEqual([200, 'true']);
    await upload(bag, 'syneriseID,title\nb,B\nc,C\n', 'syneriseID');
    expect(await values(bag)).toEqual({
      a: { syneriseID: 'a', accredibleid: '1' },
      b: { syneriseID: 'b', title: 'B' },
      c: { syneriseID: 'c', title: 'C' },
    });
    expect(await columns(bag)).toEqual(['syneriseID', 'accredibleid', 'title']);
    expect((await catalogOf(mine, bag)).keyColumn).toBe('syneriseID');
  });

  it.each([',', ';', '\t', '|'])(
    'separated by %j is understood, with each kind of line end',
    async (separator) => {
      for (const end of ['\n', '\r\n', '\r']) {
        for (const start of ['', '\uFEFF', end, `\uFEFF${end}`]) {
          const { path: bag } = await makeCatalog(mine);
          const title = '"👩 ""quoted"",;\t| \r\n{{ x }} }}"';
          const rows = [['key', 'title'], ['a', title], [], ['b', "it's"]];
          const csv = start + rows.map((row) => row.join(separator) + end).join('');
          expect((await upload(bag, csv)).text).toBe('true');
          expect(await values(bag)).toEqual({
            a: { key: 'a', title: '👩 "quoted",;\t| \r\n{{ x }} }}' },
            b: { key: 'b', title: "it's" },
          });
          await mine.send('DELETE', bag);
        }
      }
    },
  );

  it('of a header alone records its columns', async () => {
    const { path: bag } = await makeCatalog(mine);
    expect((await upload(bag, '\uFEFFkey;title\r\n')).text).toBe('true');
    expect(await values(bag)).toEqual({});
    expect(await columns(bag)).toEqual(['key', 'title']);
    expect((await catalogOf(mine, bag)).keyColumn).toBe('key');
  });

  it('takes the last of the rows with one key, near and far', async () => {
    const { path: bag } = await makeCatalog(mine);
    const between = Array.from({ length: 2_500 }, (_, n) => `k${n},x\n`).join('');
    await upload(bag, `key,title\na,1\n a ,2\nb,1\n${between}b,2\n`);
    const found = await mine.send('GET', `${bag}/items/itemKey/b`);
    expect(itemOf(found).value).toEqual({ key: 'b', title: '2' });
    expect((await values(bag))['a']).toEqual({ key: ' a ', title: '2' });
    expect(pageOf(await mine.send('GET', `${bag}/items?limit=1`))[1]).toBe(2_502);
  });

  it.each([
    ['id,title\na,b\n', 'itemKey', 'there is no column "key" for the key; the file has id, title'],
    ['', 'file', 'the file is empty: its first line must name the columns'],
    ['key,title\na,b\nc\n', 'file', 'line 3: the row has 1 cells, fewer than the 2 columns'],
    ['key,title\na,"\r\n"\r\nb,1,2\n', 'file', 'line 4: the row has 3 cells, more than the 2 columns'],
    ['key,title\na,b\n,c\n', 'file', 'line 3: the key in column key is empty'],
    ['key,title\na,"b\nc\n', 'file', 'line 2: the quote of a cell that begins here is never closed'],
    ['key\na\0\n', 'file', 'line 2: column key holds a NUL character'],
    [Buffer.from('key\nä\n', 'latin1'), 'file', 'line 2: the file is not UTF-8: save it as "CSV UTF-8"'],
  ])('%j is refused, and nothing of it stays', async (csv, field, message) => {
    const { path: bag } = await makeCatalog(mine);
    await upload(bag, 'key,old\nz,1\n');
    const answer = await upload(bag, csv);
    expect(answer.json).toMatchObject({
      status: 400,
      path: `${bag}/items/upload`,
      message: `The file is not imported: ${message}`,
      errors: [{ field, message }],
    });
    expect(await values(bag)).toEqual({ z: { key: 'z', old: '1' } });
    expect(await columns(bag)).toEqual(['key', 'old']);
  });

  it('of a key that is too long is refused with its line', async () => {
    const { path: bag } = await makeCatalog(mine);
    expect(errorsOf(await upload(bag, `key\n${'字'.repeat(500)}\n${'k'.repeat(501)}\n`))).toMatchObject([
      { field: 'file', message: 'line 3: the key in column key is longer than 500 characters' },
    ]);
    expect((await upload(bag, `key\n${'字'.repeat(500)}\n${'👩'.repeat(250)}\n`)).text).toBe('true');
  });

  it('that breaks far behind its first batches leaves nothing', async () => {
    const { path: bag } = await makeCatalog(mine);
    const rows = Array.from({ length: 5_000 }, (_, n) => `k${n},x\n`).join('');
    expect(errorsOf(await upload(bag, `key,title\n${rows}broken\n`))).toMatchObject([
      { field: 'file', message: 'line 5002: the row has 1 cells, fewer than the 2 columns' },
    ]);
    expect(await values(bag)).toEqual({});
    expect(await columns(bag)).toEqual([]);
  });

  it('of a row that is too large for an item is refused with its line', async () => {
    const { path: bag } = await makeCatalog(mine);
    // As JSON each of these takes six bytes.
    const csv = `key,title\na,b\nc,${'\u0001'.repeat(300_000)}\n`;
    expect(errorsOf(await upload(bag, csv))).toMatchObject([
      { field: 'file', message: 'line 3: the row is larger than 1 MiB as JSON' },
    ]);
    expect(errorsOf(await upload(bag, `key,title\na,${'x'.repeat(1_100_000)}\n`))).toMatchObject([
      { field: 'file', message: expect.stringContaining('line 2: the row is larger than 1 MiB') },
    ]);
    expect(await values(bag)).toEqual({});
  });

  it('without a form, its fields or its file is refused', async () => {
    const { path: bag } = await makeCatalog(mine);
    const place = `${bag}/items/upload`;
    const csv = { body: 'key\na\n', headers: { 'content-type': 'text/csv' } };
    expect((await mine.send('POST', place, csv)).json).toMatchObject({ status: 415 });
    expect((await mine.send('POST', place, { json: {} })).json).toMatchObject({ status: 415 });
    expect((await mine.send('POST', place, csvForm(undefined, 'key\na\n'))).json).toMatchObject({
      status: 400,
      errors: [{ field: 'itemKey', message: 'must name the key column' }],
    });
    expect((await mine.send('POST', place, csvForm(' ', 'key\na\n'))).json).toMatchObject({
      errors: [{ field: 'itemKey' }],
    });
    expect((await mine.send('POST', place, csvForm('key', undefined))).json).toMatchObject({
      status: 400,
      errors: [{ field: 'file', message: 'is missing' }],
    });
    expect((await mine.send('POST', place, csvForm('__proto__', 'key\na\n'))).json).toMatchObject({
      status: 400,
      errors: [{ field: 'itemKey', message: 'there is no column "__proto__" for the key; the file has key' }],
    });
  });

  it.each([
    ['multipart/form-data', 'x', 'Boundary'],
    ['multipart/form-data; boundary=b', '', 'itemKey must name'],
    ['multipart/form-data; boundary=b', 'key\na\n', 'cannot be read'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nkey\na',
      'cannot be read',
    ],
    ['multipart/form-data; boundary=b', twoFiles(), 'more than one file'],
    ['multipart/form-data; boundary=b', fields(21), 'more than 20 fields'],
  ])('in a form that is none is refused (%#)', async (type, body, message) => {
    const { path: bag } = await makeCatalog(mine);
    const answer = await mine.send('POST', `${bag}/items/upload`, {
      body,
      headers: { 'content-type': type },
    });
    expect(answer.json).toMatchObject({ status: 400, message: expect.stringContaining(message) });
    expect(await values(bag)).toEqual({});
  });

  it('leaves no file behind, whatever became of it', async () => {
    const { path: bag } = await makeCatalog(mine);
    await upload(bag, 'key\na\n');
    await upload(bag, 'broken');
    await mine.send('POST', `${bag}/items/upload`, csvForm(undefined, 'key\na\n'));
    await vi.waitFor(() => expect(onDisk()).toBe(0));
    // More clients that go away than uploads may be under way: each must give its place back.
    for (let round = 0; round < 10; round++) {
      const socket = await slowUpload(bag, round < 5 ? '' : 'x\n'.repeat(50_000));
      await vi.waitFor(() => expect(onDisk()).toBeGreaterThan(round < 5 ? 0 : 1));
      socket.destroy();
      await vi.waitFor(() => expect(onDisk()).toBe(0));
    }
    expect((await upload(bag, 'key\nb\n')).text).toBe('true');
  });

  it('waits for a later try where eight are under way', async () => {
    const { path: bag } = await makeCatalog(mine);
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async () => await slowUpload(bag, 'x\n'.repeat(50_000))),
    );
    await vi.waitFor(() => expect(onDisk()).toBe(16));
    const answer = await upload(bag, 'key\na\n');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.json).toMatchObject({ status: 503, message: expect.stringContaining('again later') });
    sockets[0]?.destroy();
    await vi.waitFor(async () => expect((await upload(bag, 'key\na\n')).text).toBe('true'));
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(() => expect(onDisk()).toBe(0));
  });

  it('of more than 200 MB is refused', { timeout: 60_000 }, async () => {
    const { path: bag } = await makeCatalog(mine);
    const answer = await upload(bag, Buffer.alloc(200 * 1024 * 1024 + 1, 'key\n'));
    expect(answer.json).toMatchObject({ status: 413, path: `${bag}/items/upload` });
    expect(await values(bag)).toEqual({});
    await vi.waitFor(() => expect(onDisk()).toBe(0));
  });
});

/** Begins an upload that does not end. */
async function slowUpload(bag: string, rows: string): Promise<Socket> {
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const head = [
    `POST ${bag}/items/upload HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer key-of-${mine.workspaceId}`,
    'content-type: multipart/form-data; boundary=b',
    'content-length: 10000000',
    '',
    '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nkey\r\n',
  ];
  socket.write(head.join('\r\n') + rows);
  return socket;
}

const filePart = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nkey\na\n\r\n';
function twoFiles(): string {
  return `${filePart}${filePart}--b--\r\n`;
}

function fields(count: number): string {
  const part = '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\ny\r\n';
  return `${part.repeat(count)}${filePart}--b--\r\n`;
}

/** How many folders and files uploads have made. */
function onDisk(): number {
  return readdirSync(temporary, { recursive: true }).length;
}
