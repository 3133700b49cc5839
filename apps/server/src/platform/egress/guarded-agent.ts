import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

import { Agent, buildConnector, Pool } from 'undici';

import type { Destination, EgressPolicy } from './egress-policy.ts';
import { EgressRefused } from './egress-refused.ts';

export interface GuardOptions {
  readonly policy: EgressPolicy;
  /** How names are resolved, as `node:dns` `lookup`, the default. */
  readonly lookup?: LookupFunction;
  /** How long resolving, connecting and the TLS handshake may take together. Default 10 s, as undici's. */
  readonly connectTimeoutMs?: number;
  /** Whether HTTP/2 is offered. Default true, as undici's. */
  readonly allowH2?: boolean;
}

/** What may be set of undici's own; how it connects may not. */
export type GuardedAgentOptions = Pick<
  Agent.Options,
  | 'connections'
  | 'pipelining'
  | 'keepAliveTimeout'
  | 'keepAliveMaxTimeout'
  | 'headersTimeout'
  | 'bodyTimeout'
  | 'maxHeaderSize'
  | 'maxResponseSize'
  | 'maxOrigins'
  | 'clientTtl'
>;

/**
 * An undici Agent that connects only where the policy allows. A request to elsewhere rejects with `EgressRefused`
 * (`egressRefusedIn` finds it in what `fetch` and others wrap it in), before a connection is attempted. It follows no
 * redirect by itself; with undici's redirect interceptor on top, every hop is judged.
 */
export function guardedAgent(guard: GuardOptions, options: GuardedAgentOptions = {}): Agent {
  return new Agent({
    ...options,
    ...(guard.allowH2 === undefined ? {} : { allowH2: guard.allowH2 }),
    // A connector for each origin: the lookup is told a name only, and the verdict depends on scheme and port too.
    factory: (origin, poolOptions) =>
      new Pool(origin, Object.assign({}, poolOptions, { connect: guardedConnector(guard) })),
  });
}

/**
 * The `connect` of an undici Client or Pool. An address is judged as it stands. A name is resolved once, every address
 * of the answer is judged, and the socket gets the very addresses that were judged: a name that resolves differently a
 * moment later changes nothing. One refused address refuses the name, so that an outcome never depends on which of
 * several addresses answers first.
 */
export function guardedConnector(guard: GuardOptions): buildConnector.connector {
  const { policy, lookup = systemLookup } = guard;
  let bound: { readonly destination: Destination; readonly connect: buildConnector.connector } | undefined;
  return (target, callback) => {
    const destination: Destination = {
      protocol: target.protocol,
      host: target.hostname,
      port: Number(target.port || (target.protocol === 'https:' ? 443 : 80)),
    };
    const verdict = policy.checkDestination(destination);
    if (verdict.kind === 'refused') {
      process.nextTick(callback, new EgressRefused(verdict.refusal), null);
      return;
    }
    if (bound === undefined || !same(bound.destination, destination)) {
      const connect = buildConnector({
        lookup: guardedLookup(policy, destination, lookup),
        ...(guard.connectTimeoutMs === undefined ? {} : { timeout: guard.connectTimeoutMs }),
        ...(guard.allowH2 === undefined ? {} : { allowH2: guard.allowH2 }),
      });
      bound = { destination, connect };
    }
    // undici cancels an attempt by the socket that its own connector returns, though the type does not say so.
    return bound.connect(target, callback);
  };
}

function guardedLookup(
  policy: EgressPolicy,
  destination: Destination,
  lookup: LookupFunction,
): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, answer, family) => {
      if (error !== null) return callback(error, []);
      const addresses = listOf(answer, family);
      for (const { address } of addresses) {
        const verdict = policy.checkAddress(destination, address);
        if (verdict.kind === 'refused') return callback(new EgressRefused(verdict.refusal), []);
      }
      const [first] = addresses;
      if (first === undefined) return callback(noAddress(host), []);
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

/** A resolver may give one address although it is asked for all. */
function listOf(answer: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer;
}

function noAddress(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}

function same(left: Destination, right: Destination): boolean {
  return left.protocol === right.protocol && left.host === right.host && left.port === right.port;
}
