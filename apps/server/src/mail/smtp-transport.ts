import { createTransport } from 'nodemailer';

import type { AddressedMail } from './mail-store.ts';
import { isRefusal, reasonOf } from './smtp-failure.ts';

/** What came of handing a mail to the server. */
export type Delivery =
  /** The server has taken it. */
  | { readonly kind: 'sent' }
  /** The server will never take it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The server was not reached, did not take it now, or went away; in the last case it may have taken it. */
  | { readonly kind: 'unsent'; readonly reason: string };

/** Connections to an SMTP server. */
export interface SmtpTransport {
  /** How many mails it carries at once. */
  readonly connections: number;
  /** Never rejects for what the server does. */
  send(mail: AddressedMail, date: Date): Promise<Delivery>;
  /** Ends all connections, those that carry a mail too: their mails are unsent. */
  close(): void;
}

/** As nodemailer's own default; SMTP_URL may set `maxConnections`. */
const CONNECTIONS = 5;
/** For connecting, its TLS and the greeting. */
const CONNECT_MS = 30_000;
/**
 * How long the server may be silent. RFC 5321 grants it ten minutes at the end of a message; one that needs more than
 * these two gets a second copy, with the same Message-ID.
 */
const SILENCE_MS = 120_000;
/** The longest that one mail may take: below the 600 s after which the queue takes its job away. */
const SEND_MS = 300_000;
/** For `laurel doctor`, which a person waits for. */
const VERIFY_MS = 10_000;

/** Nothing of a message is read from a file or fetched, whatever is in it. SMTP_URL cannot change it: see smtp-url.ts. */
const CONTENT_FROM_STRINGS_ONLY = { disableFileAccess: true, disableUrlAccess: true };

/** Opens a pool of connections; the first is made for the first mail. */
export function openSmtp(url: string): SmtpTransport {
  const transport = createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    url,
    ...CONTENT_FROM_STRINGS_ONLY,
  });
  return {
    connections: Number(new URL(url).searchParams.get('maxConnections') ?? CONNECTIONS),
    send: async (mail, date) => {
      try {
        await transport.sendMail({ ...messageOf(mail, date), signal: AbortSignal.timeout(SEND_MS) });
        return { kind: 'sent' };
      } catch (error) {
        return { kind: isRefusal(error) ? 'refused' : 'unsent', reason: reasonOf(error, url) };
      }
    },
    close: () => transport.close({ force: true }),
  };
}

export type SmtpVerdict =
  | { readonly kind: 'reachable'; readonly server: string }
  | { readonly kind: 'unreachable'; readonly server: string; readonly reason: string };

/** Connects, encrypts and logs in as for a mail, and sends none. `server` is `host:port`. */
export async function verifySmtp(url: string): Promise<SmtpVerdict> {
  const { hostname, port, protocol } = new URL(url);
  const server = `${hostname}:${port === '' ? (protocol === 'smtps:' ? 465 : 587) : port}`;
  const transport = createTransport({
    connectionTimeout: VERIFY_MS,
    greetingTimeout: VERIFY_MS,
    socketTimeout: VERIFY_MS,
    url,
    ...CONTENT_FROM_STRINGS_ONLY,
  });
  try {
    await transport.verify();
    return { kind: 'reachable', server };
  } catch (error) {
    return { kind: 'unreachable', server, reason: reasonOf(error, url) };
  } finally {
    transport.close();
  }
}

function messageOf(mail: AddressedMail, date: Date) {
  return {
    messageId: mail.messageId,
    date,
    from: { address: mail.from.address, name: mail.from.name?.trim() ?? '' },
    to: { address: mail.to.address, name: mail.to.name?.trim() ?? '' },
    ...(mail.replyTo !== null && { replyTo: { address: mail.replyTo, name: '' } }),
    subject: mail.subject,
    ...(mail.html !== null && { html: mail.html }),
    ...(mail.text !== null && { text: mail.text }),
    // RFC 3834: out-of-office programs do not answer it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false as const,
    ...CONTENT_FROM_STRINGS_ONLY,
  };
}
