import { authenticate } from './authenticate.ts';
import type { Authentication } from './authenticate.ts';
import type { ConnectionSecret, OpenConnection } from './connection.ts';
import { MASK, maskHeaders, maskUrl, secretTexts } from './mask.ts';
import type { MaskedRequest, OutgoingRequest, SendOptions } from './send-outcome.ts';

/** A request with the connection that it goes by. */
export interface ConnectedRequest {
  readonly connection: OpenConnection;
  /** Undefined where the connection has none, or it cannot be read. */
  readonly secret: ConnectionSecret | undefined;
  readonly request: OutgoingRequest;
  readonly options: SendOptions;
}

/** What the connection puts on the request; of what it does not have yet, only the place. */
export function authenticationOf(
  { connection, secret, request, options }: ConnectedRequest,
  at: Date,
  accessToken: string | undefined,
): Authentication {
  if (secret === undefined) return { headers: {}, parameter: undefined };
  const message = { id: options.idempotencyKey, at, body: request.body };
  return authenticate(connection.settings, secret, message, accessToken ?? 'none yet');
}

/** A request's headers before its authentication: what the server puts on every one, unless the request has its own. */
export function headersOf(request: OutgoingRequest, options: SendOptions): Record<string, string> {
  return {
    'user-agent': 'Laurel',
    'idempotency-key': options.idempotencyKey,
    ...(options.traceparent !== undefined && { traceparent: options.traceparent }),
    ...request.headers,
  };
}

/** A request with its authentication, as it may be stored and shown. */
export function masked(
  request: OutgoingRequest,
  options: SendOptions,
  { headers, parameter }: Authentication,
  secrets: readonly string[],
): MaskedRequest {
  const [start = '', ...fragment] = maskUrl(request.url, secrets).split('#');
  const shown =
    parameter === undefined
      ? start
      : `${start}${start.includes('?') ? '&' : '?'}${encodeURIComponent(parameter.name)}=${MASK}`;
  return {
    maskedUrl: [shown, ...fragment].join('#'),
    maskedHeaders: maskHeaders({ ...headersOf(request, options), ...headers }, headers, secrets),
  };
}

/** How a request is to be shown before it is sent. */
export function maskedRequest(sending: ConnectedRequest, at: Date): MaskedRequest {
  const { connection, secret, request, options } = sending;
  return masked(
    request,
    options,
    authenticationOf(sending, at, undefined),
    secretTexts(connection.settings, secret, undefined),
  );
}
