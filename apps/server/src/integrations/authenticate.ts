import type { ConnectionSettings } from '@laurel/contract';

import type { ConnectionSecret } from './connection.ts';
import { webhookHeaders } from './sign-webhook.ts';
import type { WebhookMessage } from './sign-webhook.ts';

/** What a connection puts on a request. */
export interface Authentication {
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A parameter added to the URL's query. */
  readonly parameter: { readonly name: string; readonly value: string } | undefined;
}

const headersOnly = (headers: Record<string, string>): Authentication => ({ headers, parameter: undefined });

/**
 * What authenticates a request. `accessToken` is what an `oauth2` connection got for its secret, and needed there only.
 */
export function authenticate(
  settings: ConnectionSettings,
  secret: ConnectionSecret | undefined,
  message: WebhookMessage,
  accessToken: string | undefined,
): Authentication {
  if (settings.authentication === 'none') return headersOnly({});
  if (secret === undefined)
    throw new Error(`a connection of the kind ${settings.authentication} has no secret`);
  switch (settings.authentication) {
    case 'basic':
      return headersOnly({ authorization: basicCredentials(settings.login, secret.value) });
    case 'token':
      return headersOnly({ [settings.headerName.toLowerCase()]: `${settings.prefix}${secret.value}` });
    case 'api-key':
      return settings.place === 'header'
        ? headersOnly({ [settings.name.toLowerCase()]: secret.value })
        : { headers: {}, parameter: { name: settings.name, value: secret.value } };
    case 'oauth2':
      if (accessToken === undefined) throw new Error('a request of an oauth2 connection has no access token');
      return headersOnly({ authorization: `Bearer ${accessToken}` });
    case 'signature':
      return headersOnly(webhookHeaders(message, liveSecrets(secret, message.at)));
  }
}

/** RFC 7617, with UTF-8. */
export function basicCredentials(login: string, password: string): string {
  return `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
}

function liveSecrets({ value, previous }: ConnectionSecret, at: Date): string[] {
  return previous !== undefined && previous.until > at ? [value, previous.value] : [value];
}
