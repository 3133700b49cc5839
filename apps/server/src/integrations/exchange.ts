import type { Timings } from '@laurel/contract';
import { errors } from 'undici';
import type { Dispatcher } from 'undici';

import { onHeadersSent } from './socket-timings.ts';
import type { SocketTimings } from './socket-timings.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface ExchangeOptions {
  /** For the whole exchange, the answer's body included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Most bytes of the answer that are read. */
  readonly maxResponseBytes: number;
}

export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** By names in lower case. A header that came several times is one line. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
      readonly truncated: boolean;
      readonly timings: Timings;
    }
  | {
      readonly kind: 'failed';
      /** Whether a byte of the request can have left. */
      readonly left: boolean;
      readonly error: unknown;
      readonly timings: Timings;
    };

/** The caller's signal ended the exchange. */
export class ExchangeCancelled extends Error {}

/**
 * Sends one request and reads its answer. Never rejects. By `dispatch` rather than undici's `request`, since only that
 * tells when the first byte leaves: what fails before may be repeated, whatever the error.
 */
export async function exchange(
  dispatcher: Dispatcher,
  request: WireRequest,
  options: ExchangeOptions,
): Promise<Exchange> {
  return await new Promise((resolve) => {
    const handler = new ExchangeHandler(options, resolve);
    try {
      dispatcher.dispatch(
        {
          origin: request.url.origin,
          path: `${request.url.pathname}${request.url.search}`,
          method: request.method,
          headers: { ...request.headers },
          body: request.body ?? null,
          // The whole exchange has one time limit, which is ours.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      handler.fail(error);
    }
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#end(new ExchangeCancelled('it was cancelled'));
  #controller: Dispatcher.DispatchController | undefined;
  #done = false;
  #sentAt: number | undefined;
  #firstByteAt: number | undefined;
  #socket: SocketTimings | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(options: ExchangeOptions, resolve: (exchange: Exchange) => void) {
    this.#options = options;
    this.#resolve = resolve;
    const { timeoutMs, signal } = options;
    this.#timer = setTimeout(
      () => this.#end(new Error(`no answer within ${timeoutMs / 1_000} s`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted === true) this.#onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) {
      // It waited for a connection for longer than it had: undici does not write what is aborted here.
      controller.abort(new errors.RequestAbortedError());
      return;
    }
    onHeadersSent((timings) => {
      this.#sentAt = performance.now();
      this.#socket = timings;
    });
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#firstByteAt ??= performance.now();
    // Informational: the answer is still to come.
    if (status < 200) return;
    this.#status = status;
    this.#headers = Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined
          ? []
          : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
      ),
    );
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    // The rest of an endless answer is never read.
    if (this.#size > this.#options.maxResponseBytes) this.#answer(true);
  }

  onResponseEnd(): void {
    if (!this.#done) this.#answer(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    if (this.#done) return;
    this.#finish();
    this.#resolve({ kind: 'failed', left: this.#sentAt !== undefined, error, timings: this.#timings() });
  }

  #answer(truncated: boolean): void {
    this.#finish();
    const body = Buffer.concat(this.#chunks).subarray(0, this.#options.maxResponseBytes);
    this.#resolve({
      kind: 'answered',
      status: this.#status,
      headers: this.#headers,
      body,
      truncated,
      timings: this.#timings(),
    });
    if (truncated) this.#controller?.abort(new errors.RequestAbortedError());
  }

  #end(error: Error): void {
    this.fail(error);
    this.#controller?.abort(error);
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #timings(): Timings {
    const sentAt = this.#sentAt;
    const socket = this.#socket;
    const firstByteAt = this.#firstByteAt;
    return timingsOf({
      queuedMs: sentAt === undefined ? undefined : (socket?.startedAt ?? sentAt) - this.#began,
      dnsMs: socket?.dnsMs,
      connectMs: socket?.connectMs,
      tlsMs: socket?.tlsMs,
      firstByteMs: sentAt === undefined || firstByteAt === undefined ? undefined : firstByteAt - sentAt,
      totalMs: performance.now() - this.#began,
    });
  }
}

/** Timings to the microsecond; what was not measured is left out. */
function timingsOf(measured: Readonly<Record<keyof Timings, number | undefined>>): Timings {
  const timings: Timings = { totalMs: round(measured.totalMs ?? 0) };
  for (const part of ['queuedMs', 'dnsMs', 'connectMs', 'tlsMs', 'firstByteMs'] as const) {
    const ms = measured[part];
    if (ms !== undefined) timings[part] = round(Math.max(0, ms));
  }
  return timings;
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
