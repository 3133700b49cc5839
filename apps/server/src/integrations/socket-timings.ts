import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

import type { buildConnector } from 'undici';

/** When the parts of a connection's making were done, as `performance.now()` tells time. */
export interface SocketTimings {
  readonly startedAt: number;
  readonly dnsMs: number | undefined;
  readonly connectMs: number | undefined;
  readonly tlsMs: number | undefined;
}

/** Connections that no request has used yet. */
const made = new WeakMap<Socket, () => SocketTimings>();

/** A connector that notes how long resolving, connecting and the TLS handshake of its sockets took. */
export function timedConnector(connect: buildConnector.connector): buildConnector.connector {
  return (target, callback) => {
    const startedAt = performance.now();
    const socket: unknown = connect(target, callback);
    if (socket instanceof Socket) watch(socket, startedAt);
    // undici cancels an attempt by it, though the type does not say so.
    return socket;
  };
}

function watch(socket: Socket, startedAt: number): void {
  let resolvedAt: number | undefined;
  let connectedAt: number | undefined;
  let securedAt: number | undefined;
  // `lookup` comes once for every address of the name.
  socket.on('lookup', () => (resolvedAt ??= performance.now()));
  // Before undici's own listeners, in which it writes the first request.
  socket.prependOnceListener('connect', () => (connectedAt = performance.now()));
  socket.prependOnceListener('secureConnect', () => (securedAt = performance.now()));
  made.set(socket, () => ({
    startedAt,
    dnsMs: resolvedAt === undefined ? undefined : resolvedAt - startedAt,
    connectMs: connectedAt === undefined ? undefined : connectedAt - (resolvedAt ?? startedAt),
    tlsMs: securedAt === undefined || connectedAt === undefined ? undefined : securedAt - connectedAt,
  }));
}

let starting: ((timings: SocketTimings | undefined) => void) | undefined;
let subscribed = false;

/**
 * Tells `sent` of the request that is being written just now, from undici's `onRequestStart`: undici publishes the
 * socket in the same turn, right before the first byte. The timings are undefined where the socket was used before.
 */
export function onHeadersSent(sent: (timings: SocketTimings | undefined) => void): void {
  if (!subscribed) {
    subscribed = true;
    subscribe('undici:client:sendHeaders', (message) => {
      const tell = starting;
      starting = undefined;
      if (tell === undefined) return;
      const socket: unknown = Reflect.get(Object(message), 'socket');
      const timings = socket instanceof Socket ? made.get(socket) : undefined;
      if (socket instanceof Socket) made.delete(socket);
      tell(timings?.());
    });
  }
  starting = sent;
}
