import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

/** A mail as the receiver got it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** What the sender calls itself. */
  readonly client: string;
  /** Whether it came encrypted. */
  readonly secure: boolean;
  readonly raw: string;
}

/** A refusal, with its SMTP code. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export interface SmtpReceiverOptions {
  readonly port?: number;
  /** Offers STARTTLS, with a certificate that nobody vouches for. */
  readonly startTls?: boolean;
  /** Asks for a login, and says why it is refused. */
  readonly login?: (user: string, password: string) => Refusal | undefined;
  readonly recipient?: (address: string) => Refusal | undefined;
  /** Whether a message that has arrived is refused. One that is not is kept. */
  readonly message?: (mail: ReceivedMail) => Refusal | undefined;
}

export interface SmtpReceiver extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What it has accepted, in order. */
  readonly mails: readonly ReceivedMail[];
}

/** A real SMTP server on this machine that keeps what it is sent. */
export async function smtpReceiver(options: SmtpReceiverOptions = {}): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    disabledCommands: options.startTls === true ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: options.login === undefined,
    onAuth: ({ username = '', password }, _session, done) => {
      const refusal = options.login?.(username, password ?? '');
      if (refusal === undefined) done(null, { user: username });
      else done(errorOf(refusal));
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = options.recipient?.(address);
      done(refusal && errorOf(refusal));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          client: session.hostNameAppearsAs,
          secure: session.secure,
          raw: Buffer.concat(chunks).toString(),
        };
        const refusal = options.message?.(mail);
        if (refusal === undefined) mails.push(mail);
        done(refusal && errorOf(refusal));
      });
    },
  });
  // A client that goes away is no fault here.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a path
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    mails,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const connection of server.connections) connection.close();
      await closed;
    },
  };
}

function errorOf({ code, text }: Refusal): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
