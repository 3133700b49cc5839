import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { send, until } from './client.ts';
import { laurel } from './command-line.ts';
import { startServerProcess, temporaryFolder, API_KEY } from './server-process.ts';

describe('the command line', () => {
  it(
    'demo --once tells the story and exits with 0; a second run issues nothing twice',
    { timeout: 120_000 },
    async () => {
      using folder = temporaryFolder();
      const env = { LAUREL_DATA_DIR: folder.path, PORT: '0' };
      const first = await laurel(['demo', '--once'], env).done;
      expect(first).toMatchObject({ code: 0, err: '' });
      for (const part of [
        '202 accepted',
        'HTTP 200',
        '"email": "ada@example.org"',
        'accredible.userSent  name: Accredible  status: 200',
        'Entered  Executed',
        'credential  http://127.0.0.1:',
        'console     http://127.0.0.1:',
        'log in as   admin, password ',
      ]) {
        expect(first.out).toContain(part);
      }
      const second = await laurel(['demo', '--once'], env).done;
      expect(second).toMatchObject({ code: 0, err: '' });
      expect(second.out).toMatch(/unchanged Group/);
      expect(rowOf(second.out, 'Issue the credential')).toEqual(['1', '1', '1', '0', '0']);
      expect(second.out.match(/credential {2}\S+\/c\/(\S+)/)?.[1]).toBe(
        first.out.match(/credential {2}\S+\/c\/(\S+)/)?.[1],
      );
    },
  );

  it(
    'serve prints keys and password once, serves until SIGTERM and exits with 0',
    { timeout: 60_000 },
    async () => {
      using folder = temporaryFolder();
      const server = laurel(['serve'], { LAUREL_DATA_DIR: folder.path, PORT: '0' });
      const origin = await until(async () => /"origin":"([^"]+)"/.exec(server.printed())?.[1]);
      const key = /API key\s+(\S+)/.exec(server.printed())?.[1] ?? '';
      const login = await send('POST', `${origin}/uauth/v2/auth/login/profile`, { json: { apiKey: key } });
      expect(login.status).toBe(200);
      const password = /user\s+admin, password (\S+)/.exec(server.printed())?.[1] ?? '';
      const logInWith = async (candidate: string) =>
        (await send('POST', `${origin}/api/session`, { json: { user: 'admin', password: candidate } }))
          .status;
      expect(await logInWith(password)).toBe(200);
      const set = laurel(['admin', 'set-password'], { LAUREL_DATA_DIR: folder.path }, 'a new password\n');
      expect(await set.done).toMatchObject({ code: 0, out: expect.stringContaining('admin') });
      expect(await logInWith(password)).toBe(401);
      expect(await logInWith('a new password')).toBe(200);
      server.kill('SIGTERM');
      expect(await server.done).toMatchObject({ code: 0 });
      const again = laurel(['serve'], { LAUREL_DATA_DIR: folder.path, PORT: '0' });
      await until(async () => /"origin":"([^"]+)"/.exec(again.printed())?.[1]);
      expect(again.printed()).not.toMatch(/API key|password/);
      again.kill('SIGINT');
      expect(await again.done).toMatchObject({ code: 0 });
    },
  );

  it('says what to do about a port in use', async () => {
    using folder = temporaryFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const ran = await laurel(['serve'], { LAUREL_DATA_DIR: folder.path, PORT: port }).done;
    other.close();
    expect(ran).toMatchObject({
      code: 1,
      err: `port ${port} of 127.0.0.1 is in use: stop what listens there, or set PORT to another one\n`,
    });
  });

  it('says what to do about a data folder that cannot be written', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'file');
    writeFileSync(file, '');
    for (const command of [['serve'], ['demo', '--once']]) {
      const ran = await laurel(command, { LAUREL_DATA_DIR: path.join(file, 'data') }).done;
      expect(ran).toMatchObject({
        code: 1,
        err: expect.stringContaining('Set LAUREL_DATA_DIR to a folder that this user may write'),
      });
      expect(ran.err).not.toContain('    at ');
    }
  });

  it('says what is wrong with the configuration, all of it', async () => {
    const ran = await laurel(['serve'], { PORT: 'x', LAUREL_APIKEY: 'x' }).done;
    expect(ran.code).toBe(1);
    expect(ran.err.split('\n').filter(Boolean)).toHaveLength(3);
  });

  it('says which database cannot be reached, without its password', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder();
    const started = laurel(['serve'], {
      LAUREL_DATA_DIR: folder.path,
      DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:9/laurel',
    });
    await until(async () =>
      started.printed().includes('waiting for the database at 127.0.0.1:9/laurel') ? true : undefined,
    );
    started.kill('SIGKILL');
    const { out, err } = await started.done;
    expect(out + err).not.toContain('s3cret');
  });

  it('exits with 2 on wrong usage', async () => {
    expect(await laurel(['send-event']).done).toMatchObject({ code: 2 });
    expect(await laurel(['fly']).done).toMatchObject({ code: 2 });
    expect(
      await laurel(['send-event', 'a.b', '--email', 'a@example.org', '--params', 'x']).done,
    ).toMatchObject({ code: 2 });
  });

  it(
    'apply names file, line and field of what it does not take, and changes nothing',
    { timeout: 60_000 },
    async () => {
      using folder = temporaryFolder();
      await using server = await startServerProcess({ dataDir: path.join(folder.path, 'data') });
      const file = path.join(folder.path, 'a.yaml');
      const apply = async (text: string) => {
        writeFileSync(file, text);
        return await laurel(['apply', file, '--url', server.origin, '--key', API_KEY]).done;
      };
      const event = 'kind: EventDefinition\nmetadata:\n  name: a.b\nspec: {}\n';
      expect(
        await apply(`${event}---\nkind: EventDefinition\nmetadata:\n  name: c.d\nspec:\n  color: red\n`),
      ).toMatchObject({
        code: 1,
        err: `${file}:10 spec.color is not a known field\n`,
      });
      expect(
        await apply(
          'kind: Connection\nmetadata:\n  name: C\nspec:\n  authentication: token\n  token: ${NOT_SET}\n',
        ),
      ).toMatchObject({
        code: 1,
        err: `${file}:6 \${NOT_SET} has no value: set the environment variable NOT_SET\n`,
      });
      expect((await apply('a: [1\n')).err).toContain(`${file}:`);
      const refused = await apply(
        `${event}---\nkind: Connection\nmetadata:\n  name: C\nspec:\n  authentication: token\n`,
      );
      expect(refused).toMatchObject({
        code: 1,
        err: expect.stringContaining('Connection "C" (document 2): spec.token is needed'),
      });
      const hub = { authorization: `Bearer ${API_KEY}` };
      expect((await send('GET', `${server.origin}/api/event-definitions`, { headers: hub })).json()).toEqual({
        eventDefinitions: [],
      });
      expect(await apply(event)).toMatchObject({ code: 0 });
    },
  );

  it('doctor finds a healthy installation healthy', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder();
    expect(await laurel(['migrate'], { LAUREL_DATA_DIR: folder.path }).done).toMatchObject({ code: 0 });
    const ran = await laurel(['doctor'], { LAUREL_DATA_DIR: folder.path, PORT: '0' }).done;
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('the database is up to date');
    chmodSync(folder.path, 0o700);
    expect(readFileSync(path.join(folder.path, 'postgres-password'), 'utf8').length).toBeGreaterThan(20);
  });
});

function rowOf(text: string, title: string): string[] {
  const line = text.split('\n').find((candidate) => candidate.trim().startsWith(`${title}  `)) ?? '';
  return line.trim().slice(title.length).trim().split(/\s+/);
}
