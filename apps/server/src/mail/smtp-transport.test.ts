import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newId } from '../platform/ids.ts';
import { readMessage } from '../testing/read-message.ts';
import { smtpReceiver } from '../testing/smtp-receiver.ts';
import { mailProblem } from './check-mail.ts';
import type { NewMail } from './check-mail.ts';
import type { AddressedMail } from './mail-store.ts';
import { openSmtp, verifySmtp } from './smtp-transport.ts';
import { mailToAda, SENDER } from './testing/mail-system.ts';

const NOW = new Date('2026-11-24T12:00:00Z');

function addressed(mail: Partial<NewMail> = {}): AddressedMail {
  const id = newId();
  const whole = { ...mailToAda(newId(), newId()), ...mail };
  return {
    job: {
      id: newId(),
      attempt: 0,
      data: { workspaceId: whole.workspaceId, profileId: whole.profileId, mailId: id, attempts: 0, limit: 6 },
    },
    workflowId: null,
    runId: null,
    stepId: null,
    name: null,
    from: whole.from ?? SENDER,
    to: whole.to,
    replyTo: whole.replyTo ?? null,
    subject: whole.subject,
    html: whole.html ?? null,
    text: whole.text ?? null,
    messageId: `<${id}@example.org>`,
    attempts: 1,
  };
}

async function transportTo(url: string) {
  const transport = openSmtp(url);
  return { ...transport, [Symbol.asyncDispose]: async () => transport.close() };
}

describe('a message', () => {
  it('has these headers and no others', async () => {
    await using server = await smtpReceiver();
    await using smtp = await transportTo(server.url);
    expect(await smtp.send(addressed({ replyTo: 'office@example.org' }), NOW)).toEqual({ kind: 'sent' });
    const message = readMessage(server.mails[0]!.raw);
    expect(message.headers.map(([name]) => name).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'reply-to',
      'subject',
      'to',
    ]);
    expect(new Date(message.header('date') ?? '')).toEqual(NOW);
  });

  it('carries names and subjects of any script', async () => {
    await using server = await smtpReceiver();
    await using smtp = await transportTo(server.url);
    const name = 'Ada “Countess” Lovelace 👩‍💻, née Byron <字>';
    const subject = `Glückwunsch 🎓 ${'Überprüfung der Prüfung '.repeat(8)}字`;
    const text = 'Grüße, 字 👩‍💻\r\n';
    await smtp.send(
      addressed({ to: { address: 'ada@example.org', name }, subject, text, html: `<p>${text}</p>` }),
      NOW,
    );
    const [mail] = server.mails;
    expect(mail?.to).toEqual(['ada@example.org']);
    // Eight-bit headers would need a server that takes them.
    expect(mail?.raw).toMatch(/^[\x20-\x7E\r\n\t]*$/);
    const message = readMessage(mail!.raw);
    expect(message.header('subject')).toBe(subject);
    expect(message.header('to')).toBe(`${name} <ada@example.org>`);
    expect(message.bodies.get('text/plain')).toBe(text);
    expect(message.bodies.get('text/html')?.trim()).toBe(`<p>${text}</p>`);
  });

  it('goes to one recipient with one subject, whatever names and subjects pass the check', async () => {
    await using server = await smtpReceiver();
    await using smtp = await transportTo(server.url);
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.stringMatching(/^[ a-z,;:<>"'@()=?_\\-]{0,40}$/),
      fc.constantFrom(
        'a, eve@evil.example',
        '"a" <eve@evil.example>',
        '=?UTF-8?Q?a=0ABcc:?=',
        'Group: a@b.example;',
      ),
    );
    const law = fc.asyncProperty(text, text, async (name, subject) => {
      const mail = addressed({ to: { address: 'ada@example.org', name }, subject });
      fc.pre(mailProblem({ ...mailToAda(newId(), newId()), to: mail.to, subject }) === undefined);
      const before = server.mails.length;
      const delivery = await smtp.send(mail, NOW);
      const received = server.mails.slice(before);
      const message = readMessage(received[0]?.raw ?? '');
      return (
        delivery.kind === 'sent' &&
        received.length === 1 &&
        received[0]?.to.join() === 'ada@example.org' &&
        message.header('bcc') === undefined &&
        message.header('cc') === undefined &&
        (message.header('to') ?? '').endsWith('ada@example.org' + (name.trim() === '' ? '' : '>')) &&
        message.header('subject')?.trim() === subject.trim() &&
        message.headers.length === 8
      );
    });
    await expect(fc.assert(law, { numRuns: 300 })).resolves.toBeUndefined();
  });

  it('keeps lines that begin with dots', async () => {
    await using server = await smtpReceiver();
    await using smtp = await transportTo(server.url);
    const text = '.\r\n..\r\n.hidden\r\n.\r\nRSET\r\n.\r\n\r\nend\r\n';
    await smtp.send(addressed({ text, html: undefined }), NOW);
    await smtp.send(addressed({ text: 'next', html: undefined }), NOW);
    expect(server.mails.map(({ raw }) => readMessage(raw).bodies.get('text/plain')?.trimEnd())).toEqual([
      text.trimEnd(),
      'next',
    ]);
  });

  it('reads no file and no URL that its bodies name', async () => {
    await using server = await smtpReceiver();
    await using smtp = await transportTo(server.url);
    const html = { path: '/etc/hostname' } as unknown as string;
    expect(await smtp.send(addressed({ html }), NOW)).toMatchObject({
      kind: 'unsent',
      reason: expect.stringContaining('File access rejected'),
    });
    const text = { href: `http://127.0.0.1:${server.port}/` } as unknown as string;
    expect(await smtp.send(addressed({ text }), NOW)).toMatchObject({
      kind: 'unsent',
      reason: expect.stringContaining('Url access rejected'),
    });
    expect(server.mails).toEqual([]);
  });
});

describe('the connection', () => {
  it('logs in, and never tells the password, whatever the server answers', async () => {
    const password = 'p@ss/wörd';
    const forms = [
      password,
      Buffer.from(password).toString('base64'),
      Buffer.from(`\0laurel\0${password}`).toString('base64'),
    ];
    await using server = await smtpReceiver({
      login: (user, given) =>
        user === 'laurel' && given === password ? undefined : { code: 535, text: 'wrong' },
      recipient: () => ({ code: 450, text: `you are ${forms.join(' ')}\u0007` }),
    });
    const url = (secret: string) => server.url.replace('//', `//laurel:${encodeURIComponent(secret)}@`);
    await using smtp = await transportTo(url(password));
    const delivery = await smtp.send(addressed(), NOW);
    expect(delivery).toMatchObject({
      kind: 'unsent',
      reason: expect.stringContaining('you are [secret] [secret] [secret]'),
    });
    expect(JSON.stringify(delivery)).not.toContain('\\u0007');
    expect(await verifySmtp(url(password))).toEqual({
      kind: 'reachable',
      server: `127.0.0.1:${server.port}`,
    });
  });

  it('does not blame the mail for a login that is refused', async () => {
    const seen: string[] = [];
    await using server = await smtpReceiver({
      login: (_user, given) => {
        seen.push(given);
        return { code: 535, text: `no ${given}` };
      },
    });
    const url = server.url.replace('//', '//laurel:s3cret@');
    await using smtp = await transportTo(url);
    expect(await smtp.send(addressed(), NOW)).toEqual({
      kind: 'unsent',
      reason: expect.stringMatching(/Invalid login: 535 .*no \[secret\]/),
    });
    expect(await verifySmtp(url)).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('no [secret]'),
    });
    expect(seen).toEqual(['s3cret', 's3cret']);
  });

  it('is encrypted where the server offers it, and is not made to one that nobody vouches for', async () => {
    await using server = await smtpReceiver({ startTls: true });
    await using strict = await transportTo(server.url);
    expect(await strict.send(addressed(), NOW)).toMatchObject({
      kind: 'unsent',
      reason: expect.stringContaining('certificate'),
    });
    await using lenient = await transportTo(`${server.url}?tls.rejectUnauthorized=false`);
    expect(await lenient.send(addressed(), NOW)).toEqual({ kind: 'sent' });
    expect(server.mails).toMatchObject([{ secure: true }]);
  });

  it('sends nothing in the clear where encryption is required', async () => {
    await using server = await smtpReceiver();
    await using smtp = await transportTo(`${server.url}?requireTLS=true`);
    expect(await smtp.send(addressed(), NOW)).toMatchObject({
      kind: 'unsent',
      reason: expect.stringContaining('STARTTLS'),
    });
    expect(server.mails).toEqual([]);
  });

  it('says which server cannot be reached', async () => {
    expect(await verifySmtp('smtp://laurel:s3cret@127.0.0.1:9')).toEqual({
      kind: 'unreachable',
      server: '127.0.0.1:9',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is closed with the mails that it carries', async () => {
    await using server = await silentServer();
    const smtp = openSmtp(server.url);
    const sending = smtp.send(addressed(), NOW);
    await server.asked;
    smtp.close();
    expect(await sending).toMatchObject({ kind: 'unsent' });
  });

  it('does not wait for ever for a server that says nothing', async () => {
    await using server = await silentServer();
    await using smtp = await transportTo(`${server.url}?socketTimeout=200`);
    expect(await smtp.send(addressed(), NOW)).toEqual({ kind: 'unsent', reason: 'Timeout' });
  });
});

/** A server that greets and then says nothing. */
async function silentServer() {
  let onAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (onAsked = resolve));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => onAsked());
    socket.write('220 mail.example.org\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** Resolves when a client has said something. */
    asked,
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  };
}
