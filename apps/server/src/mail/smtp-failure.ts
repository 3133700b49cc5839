import type { NodemailerError } from 'nodemailer';

/** The longest reason that is kept, in characters. */
const REASON_LIMIT = 1_000;

/**
 * Whether it was the message or one of its addresses that was refused, and for good. A refused login is not the mail's
 * fault: it is sent once the setting is right.
 */
export function isRefusal(error: unknown): boolean {
  if (!isNodemailerError(error)) return false;
  return (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') && error.permanent !== false;
}

/** All that nodemailer adds to an error is optional. */
function isNodemailerError(error: unknown): error is NodemailerError {
  return error instanceof Error;
}

/** The message of an error, fit to be stored and shown: the server's text may hold anything, the password too. */
export function reasonOf(error: unknown, url: string): string {
  let text = error instanceof Error ? error.message : String(error);
  for (const secret of secretsOf(url)) text = text.replaceAll(secret, '[secret]');
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, REASON_LIMIT)
    .toWellFormed();
}

/** The password, in each form in which a server sees it. */
function secretsOf(url: string): string[] {
  const { username, password } = new URL(url);
  if (password === '') return [];
  const [user, secret] = [decode(username), decode(password)];
  return [secret, base64(`\0${user}\0${secret}`), base64(secret)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // As nodemailer does: what is no percent-encoding stands for itself.
    return text;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
