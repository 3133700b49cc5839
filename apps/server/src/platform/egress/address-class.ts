import { isIP, isIPv4 } from 'node:net';

import ipaddr from 'ipaddr.js';

/** What an address is for. Only `public` is reachable without being allowed. */
export type AddressClass =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'carrier-grade NAT'
  | 'unique local'
  | 'site-local'
  | 'multicast'
  | 'broadcast'
  | 'unspecified'
  | 'documentation'
  | 'benchmarking'
  | 'reserved'
  | 'cloud metadata'
  | 'IPv4-compatible'
  | 'IPv4-translated'
  | 'NAT64'
  | '6to4'
  | 'Teredo'
  | 'ISATAP'
  /** With a zone (`fe80::1%eth0`): it says through which interface, which is never a matter of a URL. */
  | 'zoned'
  /** No address in canonical form: what a faulty resolver answers. */
  | 'malformed';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

type Range = readonly [cidr: string, is: AddressClass];

/**
 * Where clouds hand out the credentials of a machine. They have a class of their own because most lie in ranges that
 * an operator may allow for other reasons: a network that contains one does not allow it.
 */
const METADATA = new Set([
  // AWS, Google, Azure, Oracle, DigitalOcean, OpenStack
  '169.254.169.254',
  // AWS: ECS tasks, EKS pods
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::23',
  'fd00:ec2::254',
  // Google over IPv6
  'fd20:ce::254',
  // Alibaba
  '100.100.100.200',
  // Oracle's former one
  '192.0.0.192',
  // Scaleway
  '169.254.42.42',
  'fd00:42::42',
  // Tencent
  '169.254.0.23',
  // Azure's host: a public address that answers only inside
  '168.63.129.16',
]);

/** IANA's registry of special-purpose IPv4 addresses, and the multicast and reserved blocks. The first match counts. */
const IPV4: readonly Range[] = [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.2.0/24', 'documentation'],
  ['192.0.0.0/24', 'reserved'],
  ['192.31.196.0/24', 'reserved'],
  ['192.52.193.0/24', 'reserved'],
  ['192.88.99.0/24', '6to4'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'reserved'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
];

/** The same for IPv6. Outside 2000::/3 nothing is global unicast (RFC 4291): what is not named here is `reserved`. */
const IPV6: readonly Range[] = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'IPv4-compatible'],
  ['::ffff:0:0:0/96', 'IPv4-translated'],
  // RFC 8215: where in it the IPv4 address lies is up to the site, so it cannot be judged.
  ['64:ff9b:1::/48', 'NAT64'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
  ['2001::/32', 'Teredo'],
  ['2001:2::/48', 'benchmarking'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'reserved'],
  ['3fff::/20', 'documentation'],
  ['3ffe::/16', 'reserved'],
];

const RANGES: readonly (readonly [network: readonly [Address, number], is: AddressClass])[] = [
  ...IPV4,
  ...IPV6,
].map(([cidr, is]) => [ipaddr.parseCIDR(cidr), is]);
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Whether `address` lies in `network`; one of the other family never does. */
export function inNetwork(address: Address, network: readonly [Address, number]): boolean {
  return address.kind() === network[0].kind() && address.match(network[0], network[1]);
}

/**
 * Reads an address in canonical text: no octal, hexadecimal or short forms, no zone. An IPv4-mapped one is given as
 * the IPv4 address it is on the wire.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  if (isIPv4(text)) return ipaddr.IPv4.parse(text);
  const address = parseIpv6(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/**
 * Reads IPv6 that `isIPv6` takes. By way of a URL, whose host has no dotted part: ipaddr.js 2.5 takes the IPv4-compatible
 * `::8.8.8.8`, as the system writes it, for the IPv4-mapped `::ffff:8.8.8.8`.
 */
export function parseIpv6(text: string): ipaddr.IPv6 {
  return ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
}

/**
 * The class of an address in text. Addresses that carry an IPv4 address in them: mapped ones and those of the
 * well-known NAT64 prefix (which networks without IPv4 need to reach public servers) are as public as what they carry;
 * every other such class is refused whole.
 */
export function classOfAddress(text: string): AddressClass {
  if (isIP(text) !== 0 && text.includes('%')) return 'zoned';
  const address = parseAddress(text);
  return address === undefined ? 'malformed' : classOf(address);
}

function classOf(address: Address): AddressClass {
  if (METADATA.has(address.toString())) return 'cloud metadata';
  for (const [network, is] of RANGES) {
    if (inNetwork(address, network)) return is;
  }
  if (address instanceof ipaddr.IPv4) return 'public';
  const bytes = address.toByteArray();
  if (inNetwork(address, NAT64)) {
    return classOf(new ipaddr.IPv4(bytes.slice(12))) === 'public' ? 'public' : 'NAT64';
  }
  if (!inNetwork(address, GLOBAL_UNICAST)) return 'reserved';
  return isIsatap(bytes) ? 'ISATAP' : 'public';
}

/** RFC 5214: an interface identifier of 0000:5efe or 0200:5efe and an IPv4 address, under any prefix. */
function isIsatap(bytes: readonly number[]): boolean {
  const [first, second, third, fourth] = bytes.slice(8, 12);
  return (first === 0 || first === 2) && second === 0 && third === 0x5e && fourth === 0xfe;
}
