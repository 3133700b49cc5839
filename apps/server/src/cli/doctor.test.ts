import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, it } from 'vitest';

import { smtpReceiver } from '../testing/smtp-receiver.ts';
import { testDatabase } from '../testing/test-database.ts';
import { doctorCommand } from './doctor.ts';

async function doctor(env: Readonly<Record<string, string>>) {
  await using database = await testDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-doctor-'));
  const lines: string[] = [];
  const same = (text: string): string => text;
  const print = (text = ''): void => void lines.push(text);
  const terminal = { line: print, error: print, strong: same, dim: same, good: same, bad: same };
  const good = await doctorCommand(terminal, {
    DATABASE_URL: database.connectionString,
    LAUREL_DATA_DIR: folder,
    LAUREL_MAIL_FROM: 'laurel@example.org',
    PORT: '0',
    ...env,
  });
  rmSync(folder, { recursive: true });
  return { good, text: lines.join('\n') };
}

it('says that mails are kept where there is no mail server', async () => {
  const { good, text } = await doctor({});
  expect(good).toBe(true);
  expect(text).toContain('ok    no SMTP_URL: mails are kept in the outbox');
});

it('logs in to the mail server, and tells whether it can', async () => {
  await using server = await smtpReceiver({
    login: (_user, password) => (password === 's3cret' ? undefined : { code: 535, text: `not ${password}` }),
  });
  const url = (password: string) => server.url.replace('//', `//laurel:${password}@`);
  const right = await doctor({ SMTP_URL: url('s3cret') });
  expect(right.text).toContain(`ok    SMTP server 127.0.0.1:${server.port} takes mails`);
  expect(right.good).toBe(true);
  const wrong = await doctor({ SMTP_URL: url('wr0ng') });
  expect(wrong.good).toBe(false);
  expect(wrong.text).toMatch(/fault SMTP server 127\.0\.0\.1:\d+: Invalid login.*Check SMTP_URL/);
  expect(right.text + wrong.text).not.toMatch(/s3cret|wr0ng/);
  expect(server.mails).toEqual([]);
});

it('tells a port that Laurel uses from one that something else does', async () => {
  const answers = { '{"status":"ok"}': 'ok    port', 'something else': 'fault port' };
  for (const [body, expected] of Object.entries(answers)) {
    const server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { good, text } = await doctor({ PORT: String(port) });
    server.close();
    expect(good).toBe(expected.startsWith('ok'));
    expect(text).toContain(`${expected} ${port} of 127.0.0.1`);
  }
});
