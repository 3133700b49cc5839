import { Duplex } from 'node:stream';

import { Client } from 'pg';
import { expect, inject, it, vi } from 'vitest';

import { sendTogether } from './send-together.ts';

it('sends what is issued in one turn in one write, and answers each in order', async () => {
  const client = new Client({ connectionString: inject('testServer'), pipeline: true });
  await client.connect();
  sendTogether(client);
  const stream: unknown = Reflect.get(Object(Reflect.get(client, 'connection')), 'stream');
  const writev = vi.spyOn(Object(stream), '_writev');
  const write = vi.spyOn(Object(stream), '_write');
  const writes = (): number => writev.mock.calls.length + write.mock.calls.length;
  const answers = await Promise.all(
    [1, 2, 3].map(async (n) => await client.query('select $1::int as n', [n])),
  );
  expect(answers.map(({ rows }): unknown => rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect(writes()).toBe(1);
  await client.query('select 4');
  expect(writes()).toBe(2);
  await client.end();
});

it('lets a statement fail whose connection ends before the turn does', async () => {
  const client = new Client({ connectionString: inject('testServer') });
  client.on('error', () => undefined);
  await client.connect();
  sendTogether(client);
  const failing = client.query('select pg_sleep(10)');
  const stream: unknown = Reflect.get(Object(Reflect.get(client, 'connection')), 'stream');
  if (!(stream instanceof Duplex)) throw new Error('a connection has no stream');
  stream.destroy();
  await expect(failing).rejects.toThrow('Connection terminated');
});
