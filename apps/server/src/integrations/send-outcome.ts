import type { Timings } from '@laurel/contract';
import type { NotSentCause } from '@laurel/workflow';

export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** The same for every attempt of one request: `idempotency-key`, and the `webhook-id` of a signature. */
  readonly idempotencyKey: string;
  /** W3C trace context, sent on as it is. */
  readonly traceparent?: string | undefined;
  /** Default: the connection's, else the server's. */
  readonly timeoutMs?: number | undefined;
}

/** A request as it may be stored and shown: with the connection's authentication, secrets as `[secret]`. */
export interface MaskedRequest {
  readonly maskedUrl: string;
  readonly maskedHeaders: Readonly<Record<string, string>>;
}

/** What every outcome tells. */
export interface SentRequest extends MaskedRequest {
  /** Of the last exchange, where there were several; the total is of all. */
  readonly timings: Timings;
  /** From the call to the last byte of the answer, or to the failure: `timings.totalMs`. */
  readonly durationMs: number;
}

/** What became of a request. */
export type SendOutcome = SentRequest &
  (
    | {
        readonly kind: 'answered';
        readonly status: number;
        readonly contentType: string;
        /** At most `maxResponseBytes` of the answer, as text; secrets of the connection in it are masked. */
        readonly response: string;
        readonly truncated: boolean;
        /** Those of `KEPT_HEADERS` that came. */
        readonly responseHeaders: Readonly<Record<string, string>>;
      }
    /** Nothing left that could have been carried out: it may be sent again at no risk. */
    | { readonly kind: 'not-sent'; readonly cause: NotSentCause; readonly error: string }
    /** It left, and whether it was carried out is not known. */
    | { readonly kind: 'unknown'; readonly error: string }
    /** The destination is not allowed, of the request or of a redirect of it. Nothing left to there. */
    | {
        readonly kind: 'refused';
        readonly error: string;
        /** The reason of the egress policy; `host`: the connection's secret is not for this host. */
        readonly reason: string;
      }
  );

/** The headers of an answer that are kept. */
export const KEPT_HEADERS = ['content-type', 'retry-after', 'x-request-id', 'location'] as const;
