import type { ConnectionSettings } from '@laurel/contract';

import { basicCredentials } from './authenticate.ts';
import type { Authentication } from './authenticate.ts';
import type { ConnectionSecret } from './connection.ts';

export const MASK = '[secret]';

/** A shorter secret would be found where it only happens to stand, and its mask would tell what it is. */
const SHORTEST = 6;

/** Names of headers and query parameters whose values are masked whoever set them. */
const SECRET_NAME =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|.*(?:api-?_?key|token|secret|signature|passw).*)$/i;
const SECRET_PARAMETER = /^(?:key|sig|code)$/i;
const HARMLESS_NAME = /^(?:idempotency-key|webhook-id|webhook-timestamp)$/i;

const known = new WeakMap<
  ConnectionSecret,
  { readonly accessToken: string | undefined; readonly texts: string[] }
>();

/**
 * The texts in which a connection's secret could come back to us, in an echo or an error: as it is, and in the encodings
 * that it is sent in or that answers repeat it in.
 */
export function secretTexts(
  settings: ConnectionSettings,
  secret: ConnectionSecret | undefined,
  accessToken: string | undefined,
): readonly string[] {
  if (secret === undefined) return [];
  const present = known.get(secret);
  if (present !== undefined && present.accessToken === accessToken) return present.texts;
  const texts = textsOf(settings, secret, accessToken);
  known.set(secret, { accessToken, texts });
  return texts;
}

function textsOf(
  settings: ConnectionSettings,
  secret: ConnectionSecret,
  accessToken: string | undefined,
): string[] {
  const plain = [secret.value, secret.previous?.value, accessToken].filter((text) => text !== undefined);
  if (settings.authentication === 'basic')
    plain.push(basicCredentials(settings.login, secret.value).slice('Basic '.length));
  if (settings.authentication === 'oauth2')
    plain.push(clientCredentials(settings.clientId, secret.value).slice('Basic '.length));
  const all = plain.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
  return [...new Set(all)]
    .filter(({ length }) => length >= SHORTEST)
    .toSorted((left, right) => right.length - left.length);
}

/** HTTP Basic of a client: both parts are form-encoded first (RFC 6749, 2.3.1). */
export function clientCredentials(clientId: string, clientSecret: string): string {
  return basicCredentials(formEncoded(clientId), formEncoded(clientSecret));
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** The text with every secret in it masked. */
export function maskText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/** Headers as they may be stored and shown. `own` are those by which the connection authenticates. */
export function maskHeaders(
  headers: Readonly<Record<string, string>>,
  own: Authentication['headers'],
  secrets: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const secret = !HARMLESS_NAME.test(name) && (name in own || SECRET_NAME.test(name));
      return [name, secret ? MASK : maskText(value, secrets)];
    }),
  );
}

/** A URL as it may be stored and shown: without the values of parameters that look like secrets. */
export function maskUrl(url: string, secrets: readonly string[]): string {
  const masked = url.replaceAll(/([?&])([^=&#]*)=[^&#]*/g, (whole, before: string, name: string) =>
    SECRET_PARAMETER.test(decoded(name)) || SECRET_NAME.test(decoded(name))
      ? `${before}${name}=${MASK}`
      : whole,
  );
  return maskText(masked, secrets);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray "%" is legal in a query: the name is then taken as it stands.
    return text;
  }
}
