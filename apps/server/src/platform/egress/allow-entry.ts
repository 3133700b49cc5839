import { isIP, isIPv4 } from 'node:net';

import ipaddr from 'ipaddr.js';

import { parseIpv6 } from './address-class.ts';
import type { Address } from './address-class.ts';
import { isHostName, withoutFinalDot } from './host-name.ts';

/** One entry of the setting. Without a port it is for all ports. */
export type AllowEntry = { readonly port: number | undefined } & (
  | { readonly kind: 'any' }
  | { readonly kind: 'network'; readonly network: readonly [Address, number]; readonly single: boolean }
  | { readonly kind: 'host'; readonly host: string }
  /** Every name below `suffix`, not `suffix` itself. */
  | { readonly kind: 'suffix'; readonly suffix: string }
);

export type EntryOutcome =
  | { readonly kind: 'entry'; readonly entry: AllowEntry }
  | { readonly kind: 'problem'; readonly problem: string };

type Subject =
  | { readonly kind: 'subject'; readonly subject: string; readonly port: number | undefined }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Reads one entry: `*`, `10.0.0.0/8`, `fd00::/8`, `10.0.0.5`, `accredible.internal` or `*.internal`, each with an
 * optional `:port`; IPv6 with a port in brackets, as in `[fd00::5]:8080`. A problem completes a sentence that begins
 * with the entry.
 */
export function parseAllowEntry(text: string): EntryOutcome {
  if (text.includes('://')) return problem('is a URL: write its host, and its port if it has one');
  const split = splitPort(text);
  if (split.kind === 'problem') return split;
  const { subject, port } = split;
  if (subject === '*') return entry({ kind: 'any', port });
  if (subject.includes('%')) return problem('has a zone, which no request can name');
  if (subject.includes('/')) return parseNetwork(subject, port);
  if (isIP(subject) !== 0) return parseNetwork(`${subject}/${isIPv4(subject) ? 32 : 128}`, port);
  if (subject.startsWith('*.')) {
    const suffix = parseName(subject.slice(2));
    return typeof suffix === 'string' ? entry({ kind: 'suffix', suffix, port }) : suffix;
  }
  const host = parseName(subject);
  return typeof host === 'string' ? entry({ kind: 'host', host, port }) : host;
}

/** An address or name as an entry for one port. */
export function entryFor(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function splitPort(text: string): Subject {
  const bracketed = /^\[(?<subject>[^\]]*)\](?::(?<port>.*))?$/.exec(text);
  if (bracketed !== null) {
    const subject = bracketed.groups?.['subject'] ?? '';
    if (!subject.includes(':')) return problem('has brackets around something else than an IPv6 address');
    return withPort(subject, bracketed.groups?.['port']);
  }
  const [subject = '', port, ...more] = text.split(':');
  return more.length > 0
    ? { kind: 'subject', subject: text, port: undefined }
    : withPort(subject.trim(), port?.trim());
}

function withPort(subject: string, text: string | undefined): Subject {
  if (text === undefined) return { kind: 'subject', subject, port: undefined };
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) return problem('has a port that is not a number from 1 to 65535');
  return { kind: 'subject', subject, port };
}

function parseNetwork(cidr: string, port: number | undefined): EntryOutcome {
  const [base = '', length = '', ...more] = cidr.split('/');
  const longest = isIPv4(base) ? 32 : 128;
  if (isIP(base) === 0) return problem('is not a network: its address is not a whole IPv4 or IPv6 address');
  if (more.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > longest) {
    return problem(`is not a network: its length must be a number from 0 to ${longest}`);
  }
  const address = isIPv4(base) ? ipaddr.IPv4.parse(base) : parseIpv6(base);
  const bits = Number(length);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    return problem('is IPv4 in the form of IPv6: write it as IPv4');
  }
  const start = networkStart(address, bits);
  if (start !== address.toString())
    return problem(`goes beyond its length: the network is ${start}/${length}`);
  return entry({ kind: 'network', network: [address, bits], single: bits === longest, port });
}

function networkStart(address: Address, bits: number): string {
  const cidr = `${address.toString()}/${bits}`;
  const family = address instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(cidr).toString();
}

/** The name in the form in which the host of a parsed URL has it: lower case, international letters as punycode. */
function parseName(text: string): string | (EntryOutcome & { kind: 'problem' }) {
  if (text === '') return problem('has no host');
  if (text.includes('*')) return problem('has a * elsewhere than as its first label');
  if (/[\s/?#@\\[\]:]/.test(text) || !URL.canParse(`http://${text}`)) return problem('is not a host name');
  const host = withoutFinalDot(new URL(`http://${text}`).hostname);
  if (isIP(host) !== 0) return problem(`is an address in another notation: write ${host}`);
  return isHostName(host) ? host : problem('is not a host name');
}

function entry(value: AllowEntry): EntryOutcome {
  return { kind: 'entry', entry: value };
}

function problem(text: string): EntryOutcome & { kind: 'problem' } {
  return { kind: 'problem', problem: text };
}
