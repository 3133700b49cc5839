import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

import ipaddr from 'ipaddr.js';

import { parseIpv6 } from '../address-class.ts';

export interface DnsServer extends AsyncDisposable {
  /** The names asked for, one entry for each query for IPv4 addresses. */
  readonly asked: readonly string[];
  /** A lookup that asks this server only, each time anew. */
  readonly lookup: LookupFunction;
}

const TYPE_A = 1;
const TYPE_AAAA = 28;

/**
 * A DNS server on a loopback port of UDP. `answer` is called for each query for IPv4 addresses, and what it gives is
 * also the answer to the query for IPv6 addresses that follows; a name without addresses does not exist.
 */
export async function startDnsServer(answer: (name: string) => readonly string[]): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  const current = new Map<string, readonly string[]>();
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    if (type === TYPE_A) {
      asked.push(name);
      current.set(name, answer(name));
    }
    const addresses = current.get(name) ?? [];
    const wanted = addresses.filter((address) => isIPv6(address) === (type === TYPE_AAAA));
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(addresses.length === 0 ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(wanted.length, 6);
    header.writeUInt32BE(0, 8);
    socket.send([header, query.subarray(12, end), ...wanted.map((address) => record(address))], from.port);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  const closed = once(socket, 'close');
  return {
    asked,
    lookup: lookupBy(resolver),
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}

function lookupBy(resolver: Resolver): LookupFunction {
  const addressesOf = callbackify(async (host: string) => await resolve(resolver, host));
  return (host, options, callback) =>
    addressesOf(host, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
}

async function resolve(resolver: Resolver, host: string) {
  const v4 = await resolver.resolve4(host).catch(emptyIfNoData);
  const v6 = await resolver.resolve6(host).catch(emptyIfNoData);
  return [...v4.map((address) => ({ address, family: 4 })), ...v6.map((address) => ({ address, family: 6 }))];
}

function emptyIfNoData(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENODATA') return [];
  throw error;
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function record(address: string): Buffer {
  const bytes = Buffer.from((isIPv6(address) ? parseIpv6(address) : ipaddr.parse(address)).toByteArray());
  const head = Buffer.alloc(12);
  // The name is that of the question, at offset 12; class IN; to be kept for 0 s.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(bytes.length === 4 ? TYPE_A : TYPE_AAAA, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}
