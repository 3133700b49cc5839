import { PassThrough, Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { passwordReader } from './read-password.ts';

/** A terminal on which somebody types; `shown` is what they see. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const read = passwordReader(input, output)('Password');
  /** Types when asked, as a person does. */
  const type = async (prompt: string, keys: string): Promise<void> => {
    await expect.poll(() => shown).toContain(prompt);
    input.write(keys);
  };
  return { read, type, shown: () => shown };
}

describe('a password', () => {
  it('is the first line of a pipe or file', async () => {
    for (const content of ['a password \n', 'a password \r\nmore\n', 'a password ']) {
      expect(await passwordReader(Readable.from([content]), new PassThrough())('Password')).toEqual({
        kind: 'read',
        password: 'a password ',
      });
    }
    expect(await passwordReader(Readable.from(['\n']), new PassThrough())('Password')).toMatchObject({
      kind: 'none',
    });
    expect(await passwordReader(Readable.from([]), new PassThrough())('Password')).toMatchObject({
      kind: 'none',
    });
  });

  it('is typed twice, and not shown', async () => {
    const { read, type, shown } = terminal();
    await type('Password: ', 'sekret7\u007F8\r');
    await type('Again: ', 'sekret8\r');
    expect(await read).toEqual({ kind: 'read', password: 'sekret8' });
    expect(shown()).toBe('Password: \nAgain: \n');
  });

  it('is none where the two differ, or after Ctrl+C or Ctrl+D', async () => {
    const different = terminal();
    await different.type('Password: ', 'one password\r');
    await different.type('Again: ', 'another password\r');
    expect(await different.read).toMatchObject({ kind: 'none' });
    for (const key of ['\u0003', '\u0004']) {
      const stopped = terminal();
      await stopped.type('Password: ', key);
      expect(await stopped.read).toEqual({ kind: 'none', message: 'Nothing was changed.' });
    }
  });
});
