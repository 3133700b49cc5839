import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `performance.now()` when its last byte had come. */
  readonly at: number;
}

export interface Receiver extends AsyncDisposable {
  /** `http://127.0.0.1:40123` */
  readonly origin: string;
  readonly requests: readonly ReceivedRequest[];
  /** Connections that arrived, whether or not a request came by them. */
  readonly connections: () => number;
}

export type Answer = (request: ReceivedRequest, response: ServerResponse) => void;

/** A server on loopback that keeps what it gets. `tls` is its key and certificate in PEM. */
export async function receiver(
  answer: Answer,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = {
        method,
        url,
        headers,
        body: Buffer.concat(chunks).toString(),
        at: performance.now(),
      };
      requests.push(received);
      answer(received, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  return { ...(await listening(server, tls === undefined ? 'http' : 'https')), requests };
}

/** A server that does with a socket what the test says, once the head of a request has come by it. */
export async function rawReceiver(onHead: (socket: Socket, head: string) => void): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const server = createTcpServer((socket) => {
    let head = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const before = head.includes('\r\n\r\n');
      head += chunk.toString('latin1');
      if (before || !head.includes('\r\n\r\n')) return;
      const [line = ''] = head.split('\r\n');
      const [method = '', url = ''] = line.split(' ');
      requests.push({ method, url, headers: {}, body: '', at: performance.now() });
      onHead(socket, head);
    });
  });
  return { ...(await listening(server, 'http')), requests };
}

/** A server that takes connections and never says or reads anything. */
export async function silentServer(): Promise<Receiver> {
  return { ...(await listening(createTcpServer(), 'http')), requests: [] };
}

async function listening(server: Server, scheme: string): Promise<Omit<Receiver, 'requests'>> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    origin: `${scheme}://127.0.0.1:${address.port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
