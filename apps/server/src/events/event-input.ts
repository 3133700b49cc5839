import type { ClientReference } from '../profiles/index.ts';

/** An event as a request brings it, checked, before its profile is known. */
export interface EventInput {
  readonly client: ClientReference;
  readonly action: string;
  /** When it happened; never after `receivedAt`. */
  readonly time: Date;
  /** The instant that the sender named, even where it lay in the future: what `salt` is compared by. */
  readonly claimedTime: Date;
  readonly params: Readonly<Record<string, unknown>>;
  readonly salt: string | undefined;
}

/** All events of one request: they are stored together or not at all. */
export interface IngestRequest {
  readonly workspaceId: string;
  readonly receivedAt: Date;
  readonly events: readonly EventInput[];
  /** The sender's Idempotency-Key with a digest of what it sent. */
  readonly idempotency: { readonly key: string; readonly digest: Buffer } | undefined;
}

export type IngestOutcome =
  /** On disk. */
  | { readonly kind: 'stored' }
  /** The same request was stored before. */
  | { readonly kind: 'replayed' }
  /** The Idempotency-Key stands for another request. */
  | { readonly kind: 'key-reused' }
  /** The events with these indexes cannot be stored; none of the request was. */
  | { readonly kind: 'refused'; readonly refusals: readonly EventRefusal[] };

export interface EventRefusal {
  readonly index: number;
  readonly field: string;
  readonly message: string;
  readonly rejectedValue?: unknown;
}
