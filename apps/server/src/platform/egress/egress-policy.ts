import { isIP } from 'node:net';

import { classOfAddress, inNetwork, parseAddress } from './address-class.ts';
import type { AddressClass } from './address-class.ts';
import { entryFor, parseAllowEntry } from './allow-entry.ts';
import type { AllowEntry } from './allow-entry.ts';
import { EGRESS_SETTING } from './egress-refused.ts';
import type { Refusal, RefusalReason } from './egress-refused.ts';
import { isHostName, isLocalhost, isMetadataName, withoutFinalDot } from './host-name.ts';

/** Where a connection is to go. */
export interface Destination {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** A name as a parsed URL has it, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type Refused = { readonly kind: 'refused'; readonly refusal: Refusal };
export type AddressVerdict = { readonly kind: 'allowed' } | Refused;
/** `depends`: it is a name, and each address that it resolves to has to be judged. */
export type DestinationVerdict = AddressVerdict | { readonly kind: 'depends' };
export type UrlVerdict = { readonly kind: 'allowed'; readonly url: URL } | Refused;

/** Where requests may go. Pure: it resolves nothing. */
export interface EgressPolicy {
  /**
   * Judges a URL before it is stored, sent to, or followed as a redirect. A name that is allowed here may still be
   * refused on connecting, by what it resolves to.
   */
  checkUrl(url: string | URL): UrlVerdict;
  checkDestination(destination: Destination): DestinationVerdict;
  /** Judges one address that the destination's host is, or resolves to. */
  checkAddress(destination: Destination, address: string): AddressVerdict;
}

export type EgressAllowOutcome =
  | { readonly kind: 'policy'; readonly policy: EgressPolicy }
  | { readonly kind: 'invalid'; readonly problems: string[] };

const ALLOWED = { kind: 'allowed' } as const;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads the setting: entries separated by commas, see `parseAllowEntry`. All problems are reported, each with its
 * entry. `ownOrigins` (`http://127.0.0.1:8321`) are allowed by exact scheme, host and port, whatever they resolve to;
 * they are asked for at each check, since a server knows its own only once it listens.
 */
export function parseEgressAllow(
  text: string | undefined,
  ownOrigins: () => readonly string[],
): EgressAllowOutcome {
  const entries: AllowEntry[] = [];
  const problems: string[] = [];
  for (const part of (text ?? '').split(',').map((part) => part.trim())) {
    if (part === '') continue;
    const outcome = parseAllowEntry(part);
    if (outcome.kind === 'entry') entries.push(outcome.entry);
    else problems.push(`${EGRESS_SETTING}: "${part}" ${outcome.problem}`);
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'policy', policy: policyOf(entries, ownOrigins) };
}

function policyOf(entries: readonly AllowEntry[], ownOrigins: () => readonly string[]): EgressPolicy {
  const isOwn = ({ protocol, host, port }: Destination): boolean => {
    const origin = originOf(protocol, host, port);
    return ownOrigins().some((own) => new URL(own).origin === origin);
  };
  const named = (destination: Destination): boolean =>
    isOwn(destination) || entries.some((entry) => namesHost(entry, destination));

  const checkAddress = (destination: Destination, address: string): AddressVerdict => {
    const is = classOfAddress(address);
    if (is === 'public' || named(destination)) return ALLOWED;
    if (entries.some((entry) => coversAddress(entry, destination.port, address, is))) return ALLOWED;
    return refused(is, destination, address);
  };

  const checkDestination = (destination: Destination): DestinationVerdict => {
    if (!(destination.protocol in DEFAULT_PORTS)) return refused('scheme', destination);
    if (isIP(destination.host) !== 0) return checkAddress(destination, destination.host);
    const host = withoutFinalDot(destination.host);
    if (!isHostName(host)) return refused('host name', destination);
    if (named(destination)) return ALLOWED;
    if (isMetadataName(host)) return refused('metadata name', destination);
    if (isLocalhost(host)) {
      const verdict = checkAddress(destination, '127.0.0.1');
      if (verdict.kind === 'refused') return verdict;
    }
    return { kind: 'depends' };
  };

  const checkUrl = (given: string | URL): UrlVerdict => {
    const url = URL.parse(String(given));
    // The text is not repeated: it may have a password in it.
    if (url === null) return refused('not a URL', { protocol: '', host: '', port: 0 });
    const destination = {
      protocol: url.protocol,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port),
    };
    if (url.username !== '' || url.password !== '') return refused('user info', destination);
    const verdict = checkDestination(destination);
    return verdict.kind === 'refused' ? verdict : { kind: 'allowed', url };
  };

  return { checkUrl, checkDestination, checkAddress };
}

function originOf(protocol: string, host: string, port: number): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return port === DEFAULT_PORTS[protocol] ? `${protocol}//${bracketed}` : `${protocol}//${bracketed}:${port}`;
}

/** Whether the entry allows this host whatever it resolves to. */
function namesHost(entry: AllowEntry, { host, port }: Destination): boolean {
  if (entry.port !== undefined && entry.port !== port) return false;
  switch (entry.kind) {
    case 'any':
      return true;
    case 'host':
      return withoutFinalDot(host) === entry.host;
    case 'suffix':
      return withoutFinalDot(host).endsWith(`.${entry.suffix}`);
    case 'network':
      return false;
  }
}

function coversAddress(entry: AllowEntry, port: number, text: string, is: AddressClass): boolean {
  if (entry.kind !== 'network' || (entry.port !== undefined && entry.port !== port)) return false;
  const address = parseAddress(text);
  if (address === undefined || !inNetwork(address, entry.network)) return false;
  return entry.single || is !== 'cloud metadata';
}

function refused(reason: RefusalReason, { host, port }: Destination, address?: string): Refused {
  const entry = entryThatAllows(reason, host, port);
  const why = `${explain(reason, host, address)}, so nothing was sent.`;
  const message = entry === undefined ? why : `${why} ${EGRESS_SETTING}=${entry} would allow it.`;
  const refusal: Refusal = {
    reason,
    host,
    message,
    ...(address === undefined ? {} : { address }),
    ...(entry === undefined ? {} : { entry }),
  };
  return { kind: 'refused', refusal };
}

function entryThatAllows(reason: RefusalReason, host: string, port: number): string | undefined {
  if (reason === 'scheme' || reason === 'user info' || reason === 'not a URL' || reason === 'host name') {
    return undefined;
  }
  if (isIP(host) === 0) return entryFor(withoutFinalDot(host), port);
  const address = parseAddress(host);
  return address === undefined ? undefined : entryFor(address.toString(), port);
}

function explain(reason: RefusalReason, host: string, address: string | undefined): string {
  switch (reason) {
    case 'scheme':
      return `the URL of "${host}" is neither http nor https`;
    case 'user info':
      return `the URL of "${host}" has a user name or password in it`;
    case 'not a URL':
      return 'it is not a URL';
    case 'host name':
      return `"${host}" is not a host name`;
    case 'metadata name':
      return `"${host}" is a name of a cloud's metadata service`;
    default: {
      const is = `${address ?? host} (${reason})`;
      return address === undefined || address === host
        ? `${is} is not public`
        : `"${host}" is ${is}, which is not public`;
    }
  }
}
