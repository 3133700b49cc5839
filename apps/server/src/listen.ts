import type { AddressInfo } from 'node:net';

import type { FastifyInstance } from 'fastify';

/** A message for the person who starts the server, instead of a stack. */
export class StartError extends Error {}

/** Listens, and answers the origin that was bound. `StartError` where the port cannot be had. */
export async function listen(http: FastifyInstance, config: { host: string; port: number }): Promise<string> {
  const { host, port } = config;
  try {
    await http.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `port ${port} of ${host} is in use: stop what listens there, or set PORT to another one`,
      );
    }
    if (code === 'EACCES')
      throw new StartError(`port ${port} may not be used by this user: set PORT to one above 1023`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(`${host} is not an address of this machine: set HOST to one, such as 127.0.0.1`);
    }
    throw error;
  }
  const address = http.server.address();
  return originOf(host, isAddressInfo(address) ? address.port : port);
}

function isAddressInfo(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** An address that a client on this machine can open: the wildcard addresses are none. */
function originOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
