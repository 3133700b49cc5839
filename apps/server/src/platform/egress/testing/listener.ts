import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Connections that arrived, whether or not a request came by them. */
  readonly connections: () => number;
}

/** Whether this machine has IPv6 at all: containers often have not. */
export const hasIpv6Loopback = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

/** An HTTP server on one loopback port, IPv4 and where there is one IPv6. Answers 200 `here` unless told otherwise. */
export async function listenOnLoopback(
  handle: RequestListener = (_request, response) => response.end('here'),
): Promise<Listener> {
  let connections = 0;
  const start = async (host: string, port: number) => {
    const server = createServer(handle);
    server.on('connection', () => (connections += 1));
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  };
  const ipv4 = await start('127.0.0.1', 0);
  const address = ipv4.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const { port } = address;
  const servers = hasIpv6Loopback ? [ipv4, await start('::1', port)] : [ipv4];
  return {
    port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await server[Symbol.asyncDispose]();
      }
    },
  };
}

/** The addresses to which sockets of this process tried to connect while `work` ran. */
export async function connectionAttempts(work: () => Promise<void>): Promise<string[]> {
  const attempts: string[] = [];
  const watch = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    if (!(message.socket instanceof Socket)) return;
    message.socket.on('connectionAttempt', (address: string) => attempts.push(address));
  };
  subscribe('net.client.socket', watch);
  try {
    await work();
  } finally {
    unsubscribe('net.client.socket', watch);
  }
  return attempts;
}
