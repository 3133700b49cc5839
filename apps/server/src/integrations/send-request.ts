import type { Timings } from '@laurel/contract';
import type { NotSentCause } from '@laurel/workflow';
import { errors } from 'undici';

import type { Clock } from '../platform/clock.ts';
import { egressRefusedIn } from '../platform/egress/index.ts';
import type { EgressPolicy, Refusal } from '../platform/egress/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { ConnectionAgents } from './agents.ts';
import type { Authentication } from './authenticate.ts';
import { errorText } from './error-text.ts';
import { exchange, ExchangeCancelled } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { redirectTarget } from './follow-redirect.ts';
import { hostMatches } from './host-pattern.ts';
import { maskText, secretTexts } from './mask.ts';
import { authenticationOf, headersOf, masked } from './masked-request.ts';
import type { ConnectedRequest } from './masked-request.ts';
import { KEPT_HEADERS } from './send-outcome.ts';
import type { SendOutcome, SentRequest } from './send-outcome.ts';

export interface SendParts {
  readonly clock: Clock;
  readonly agents: ConnectionAgents;
  readonly tokens: AccessTokens;
  readonly egressPolicy: EgressPolicy;
}

/** A request that is to be sent now. */
export interface Sending extends ConnectedRequest {
  readonly timeoutMs: number;
  /** How long it waited for its turn. */
  readonly waitedMs: number;
  /** Reads more of an answer than the connection says. */
  readonly maxResponseBytes?: number | undefined;
}

/**
 * Sends a request with the connection's authentication. An `oauth2` connection whose token is refused renews it once and
 * repeats the request once. The secret goes to the request's own origin only: a redirect to another one is followed
 * without it.
 */
export async function sendRequest(parts: SendParts, sending: Sending): Promise<SendOutcome> {
  return await new Send(parts, sending).run();
}

/** The outcome of a request that is not sent, since it had no turn. */
export function withoutTurn(parts: SendParts, sending: Sending, cause: 'busy' | 'cancelled'): SendOutcome {
  const seconds = Math.round(sending.waitedMs / 1_000);
  return new Send(parts, sending).notSent(
    cause,
    cause === 'busy'
      ? `no turn came at the limits of the connection within ${seconds} s`
      : 'it was cancelled',
  );
}

class Send {
  readonly #parts: SendParts;
  readonly #sending: Sending;
  readonly #began = performance.now();
  #accessToken: string | undefined;
  /** What was on the newest exchange. */
  #authentication: Authentication | undefined;
  #timings: Timings = { totalMs: 0 };

  constructor(parts: SendParts, sending: Sending) {
    this.#parts = parts;
    this.#sending = sending;
  }

  async run(): Promise<SendOutcome> {
    const { connection, request, secret } = this.#sending;
    const { settings } = connection;
    if (settings.authentication !== 'none' && secret === undefined)
      return this.notSent('authentication', 'the secret of the connection cannot be read: enter it again');
    const verdict = this.#parts.egressPolicy.checkUrl(request.url);
    if (verdict.kind === 'refused') return this.#refused(verdict.refusal);
    if (settings.hosts !== undefined && !hostMatches(verdict.url, settings.hosts))
      return this.#outcome({
        kind: 'refused',
        reason: 'host',
        error: `the connection "${connection.name}" is not for ${verdict.url.host}, so nothing was sent`,
      });
    const size = Buffer.byteLength(request.body ?? '');
    if (size > settings.policy.maxRequestBytes)
      return this.notSent(
        'request',
        `its body has ${size} bytes, and the connection sends at most ${settings.policy.maxRequestBytes}`,
      );
    const ready = await this.#getToken();
    if (ready !== undefined) return ready;
    const first = await this.#follow(verdict.url);
    if (settings.authentication !== 'oauth2' || !('status' in first) || first.status !== 401) return first;
    const renewed = await this.#getToken(this.#accessToken);
    return renewed === undefined ? await this.#follow(verdict.url) : first;
  }

  /** Gets what an `oauth2` connection needs; an outcome where it cannot be had. `refused` is the token not to use. */
  async #getToken(refused?: string): Promise<SendOutcome | undefined> {
    const { connection, secret } = this.#sending;
    if (connection.settings.authentication !== 'oauth2' || secret === undefined) return undefined;
    const { tokens, agents } = this.#parts;
    const agent = agents.of(connection);
    const outcome =
      refused === undefined
        ? await tokens.get(agent, connection, secret)
        : await tokens.renew(agent, connection, secret, refused);
    switch (outcome.kind) {
      case 'token':
        this.#accessToken = outcome.value;
        return undefined;
      case 'refused':
        return this.notSent('authentication', outcome.error);
      case 'unavailable':
        return this.notSent('network', outcome.error);
    }
  }

  async #follow(start: URL): Promise<SendOutcome> {
    const { connection, request } = this.#sending;
    const deadline = performance.now() + this.#sending.timeoutMs;
    let url = start;
    for (let followed = 0; ; followed++) {
      const left = Math.max(1, deadline - performance.now());
      const answer = await this.#exchange(url, url.origin === start.origin, Math.ceil(left));
      if (answer.kind === 'failed') return this.#failed(answer);
      const target = redirectTarget(request.method, url, {
        status: answer.status,
        location: answer.headers['location'],
      });
      if (target === undefined || followed >= connection.settings.policy.followRedirects)
        return this.#answered(answer);
      const verdict = this.#parts.egressPolicy.checkUrl(target);
      if (verdict.kind === 'refused') return this.#refused(verdict.refusal);
      url = verdict.url;
    }
  }

  async #exchange(url: URL, authenticated: boolean, timeoutMs: number): Promise<Exchange> {
    const { connection, request, options } = this.#sending;
    const authentication = authenticationOf(this.#sending, this.#parts.clock.now(), this.#accessToken);
    this.#authentication = authentication;
    const to = new URL(url);
    if (authenticated && authentication.parameter !== undefined)
      to.search = withParameter(to.search, authentication.parameter);
    const answer = await exchange(
      this.#parts.agents.of(connection),
      {
        method: request.method,
        url: to,
        headers: { ...headersOf(request, options), ...(authenticated ? authentication.headers : {}) },
        body: request.body,
      },
      {
        timeoutMs,
        signal: options.signal,
        // A secret that an answer repeats may lie across the limit: it is masked before the answer is cut.
        maxResponseBytes: this.#maxResponseBytes + longest(this.#secrets),
      },
    );
    this.#timings = answer.timings;
    return answer;
  }

  get #maxResponseBytes(): number {
    return this.#sending.maxResponseBytes ?? this.#sending.connection.settings.policy.maxResponseBytes;
  }

  get #secrets(): readonly string[] {
    const { connection, secret } = this.#sending;
    return secretTexts(connection.settings, secret, this.#accessToken);
  }

  #answered(answer: Extract<Exchange, { kind: 'answered' }>): SendOutcome {
    const maxResponseBytes = this.#maxResponseBytes;
    const secrets = this.#secrets;
    const text = answer.body.toString('utf8');
    const shown = maskText(text, secrets);
    const whole = shown === text ? answer.body : Buffer.from(shown);
    // Where reading stopped, the last bytes may be the beginning of a secret.
    const sure = answer.truncated ? whole.byteLength - longest(secrets) : whole.byteLength;
    return this.#outcome({
      kind: 'answered',
      status: answer.status,
      contentType: answer.headers['content-type'] ?? '',
      response: whole.subarray(0, Math.max(0, Math.min(sure, maxResponseBytes))).toString('utf8'),
      truncated: answer.truncated || whole.byteLength > maxResponseBytes,
      responseHeaders: Object.fromEntries(
        KEPT_HEADERS.flatMap((name) => {
          const value = answer.headers[name];
          return value === undefined ? [] : [[name, maskText(value, secrets).slice(0, 1_000)]];
        }),
      ),
    });
  }

  #failed({ error, left }: Extract<Exchange, { kind: 'failed' }>): SendOutcome {
    const refusal = egressRefusedIn(error)?.refusal;
    if (refusal !== undefined) return this.#refused(refusal);
    const text = errorText(error);
    if (left) return this.#outcome({ kind: 'unknown', error: this.#mask(text) });
    if (error instanceof ExchangeCancelled) return this.notSent('cancelled', text);
    return this.notSent(isFaultOfRequest(error) ? 'request' : 'network', text);
  }

  #refused({ reason, message }: Refusal): SendOutcome {
    return this.#outcome({ kind: 'refused', reason, error: this.#mask(message) });
  }

  notSent(cause: NotSentCause, error: string): SendOutcome {
    return this.#outcome({ kind: 'not-sent', cause, error: this.#mask(error) });
  }

  #mask(text: string): string {
    return maskText(text, this.#secrets);
  }

  #outcome<Part extends object>(part: Part): Part & SentRequest {
    const { request, options, waitedMs } = this.#sending;
    const totalMs = round(performance.now() - this.#began + waitedMs);
    const queuedMs = round((this.#timings.queuedMs ?? 0) + waitedMs);
    this.#authentication ??= authenticationOf(this.#sending, this.#parts.clock.now(), this.#accessToken);
    return {
      ...part,
      ...masked(request, options, this.#authentication, this.#secrets),
      timings: { ...this.#timings, queuedMs, totalMs },
      durationMs: totalMs,
    };
  }
}

/** undici sends no request whose headers or body it finds wrong. */
function isFaultOfRequest(error: unknown): boolean {
  return (
    error instanceof errors.InvalidArgumentError ||
    error instanceof errors.NotSupportedError ||
    error instanceof errors.RequestContentLengthMismatchError
  );
}

function withParameter(search: string, { name, value }: { name: string; value: string }): string {
  const added = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return search === '' ? `?${added}` : `${search}&${added}`;
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
}
