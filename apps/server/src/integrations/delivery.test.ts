import { setImmediate } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { describe, expect, it, vi } from 'vitest';

import { newId } from '../platform/ids.ts';
import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import { rawReceiver, receiver, silentServer } from './testing/receiver.ts';
import { SELF_SIGNED } from './testing/self-signed.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';

describe('a request that is answered', () => {
  it('carries what the server adds, and tells status, answer and what was kept of the headers', async () => {
    await using target = await receiver((_request, response) => {
      response.writeHead(503, {
        'content-type': 'application/json',
        'retry-after': '7',
        'x-request-id': 'r-1',
        'x-other': 'not kept',
      });
      response.end('{"ok":false}');
    });
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    const outcome = await it.delivery.send(connection, post(`${target.origin}/hook?x=1`), {
      ...KEY,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(outcome).toMatchObject({
      kind: 'answered',
      status: 503,
      contentType: 'application/json',
      response: '{"ok":false}',
      truncated: false,
      responseHeaders: { 'retry-after': '7', 'x-request-id': 'r-1' },
      maskedUrl: `${target.origin}/hook?x=1`,
    });
    expect(outcome).not.toHaveProperty('responseHeaders.x-other');
    const [request] = target.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/hook?x=1', body: '{"name":"Ada"}' });
    expect(request!.headers).toMatchObject({
      'user-agent': 'Laurel',
      'idempotency-key': 'step-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'content-type': 'application/json',
    });
  });

  it('tells how long its parts took, those of the connection only where it was made for it', async () => {
    await using target = await receiver((_request, response) => setTimeout(() => response.end('ok'), 30));
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    const first = await it.delivery.send(connection, post(target.origin), KEY);
    // undici has the connection free for the next one in the turn after.
    await setImmediate();
    const second = await it.delivery.send(connection, post(target.origin), KEY);
    expect(target.connections()).toBe(1);
    expect(first.timings.connectMs).toBeGreaterThan(0);
    expect(first.timings.dnsMs).toBeUndefined();
    expect(first.timings.tlsMs).toBeUndefined();
    for (const { timings, durationMs } of [first, second]) {
      expect(timings.firstByteMs).toBeGreaterThan(25);
      expect(timings.queuedMs).toBeGreaterThanOrEqual(0);
      expect(timings.totalMs).toBeGreaterThan(timings.firstByteMs!);
      expect(durationMs).toBe(timings.totalMs);
    }
    expect(second.timings).not.toHaveProperty('connectMs');
  });

  it('tells of the name and the handshake, where there were any', async () => {
    await using target = await receiver((_request, response) => response.end('ok'), SELF_SIGNED);
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, SELF_SIGNED.cert]);
    try {
      await using it = await deliverySystem();
      const connection = await it.connect({ authentication: 'none' });
      const { port } = new URL(target.origin);
      const outcome = await it.delivery.send(connection, post(`https://localhost:${port}`), KEY);
      expect(outcome).toMatchObject({ kind: 'answered' });
      for (const part of ['dnsMs', 'connectMs', 'tlsMs'] as const)
        expect(outcome.timings[part]).toBeGreaterThan(0);
    } finally {
      setDefaultCACertificates(trusted);
    }
  });

  it('is read up to the limit: the rest of an endless answer is not', async () => {
    let ended = false;
    await using target = await rawReceiver((socket) => {
      socket.write(`${HEAD}\r\n`);
      socket.on('close', () => (ended = true));
      const more = (): void => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384)));
      };
      socket.on('drain', more);
      more();
    });
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none', policy: { maxResponseBytes: 1_000 } });
    const outcome = await it.delivery.send(connection, post(target.origin), KEY);
    expect(outcome).toMatchObject({ kind: 'answered', response: 'x'.repeat(1_000), truncated: true });
    await vi.waitFor(() => expect(ended).toBe(true));
  });

  it('may be informational first', async () => {
    await using target = await rawReceiver((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${HEAD}content-length: 2\r\n\r\nok`),
    );
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    expect(await it.delivery.send(connection, post(target.origin), KEY)).toMatchObject({
      kind: 'answered',
      status: 200,
      response: 'ok',
      contentType: 'text/plain',
    });
  });
});

describe('a request whose fate is not known', () => {
  it.each([
    ['hangs', () => undefined],
    ['hangs after the head of its answer', (socket) => socket.write(`${HEAD}content-length: 5\r\n\r\n`)],
    [
      'answers slower than there is time',
      (socket) => {
        socket.write(`${HEAD}content-length: 100\r\n\r\n`);
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(timer));
      },
    ],
  ] satisfies [string, Parameters<typeof rawReceiver>[0]][])(
    'is one to a receiver that %s',
    async (_what, onHead) => {
      await using target = await rawReceiver(onHead);
      await using it = await deliverySystem({ timeoutMs: 300 });
      const connection = await it.connect({ authentication: 'none' });
      const outcome = await it.delivery.send(connection, post(target.origin), KEY);
      expect(outcome).toMatchObject({ kind: 'unknown', error: 'no answer within 0.3 s' });
      expect(outcome.durationMs).toBeGreaterThanOrEqual(299);
      expect(target.requests).toHaveLength(1);
    },
  );

  it.each([
    ['before it answers', (socket) => socket.resetAndDestroy()],
    [
      'within its headers',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nconte', () => socket.resetAndDestroy()),
    ],
    [
      'within its body',
      (socket) => socket.write(`${HEAD}content-length: 5\r\n\r\nab`, () => socket.resetAndDestroy()),
    ],
    ['with a good-bye', (socket) => socket.end()],
    ['with nonsense', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ] satisfies [string, Parameters<typeof rawReceiver>[0]][])(
    'is one to a receiver that ends the connection %s',
    async (_what, onHead) => {
      await using target = await rawReceiver(onHead);
      await using it = await deliverySystem();
      const connection = await it.connect({ authentication: 'none' });
      const outcome = await it.delivery.send(connection, post(target.origin), KEY);
      expect(outcome.kind).toBe('unknown');
      // Neither we nor the library sends it a second time.
      expect(target.requests).toHaveLength(1);
    },
  );

  it('is one that the caller cancels after it left', async () => {
    await using target = await rawReceiver(() => cancel.abort());
    await using it = await deliverySystem();
    const cancel = new AbortController();
    const connection = await it.connect({ authentication: 'none' });
    const options = { ...KEY, signal: cancel.signal };
    expect(await it.delivery.send(connection, post(target.origin), options)).toMatchObject({
      kind: 'unknown',
      error: 'it was cancelled',
    });
  });
});

describe('a request of which nothing left', () => {
  it('is one to a port where nobody listens', async () => {
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    expect(await it.delivery.send(connection, post('http://127.0.0.1:9/x'), KEY)).toMatchObject({
      kind: 'not-sent',
      cause: 'network',
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is one to a server that never finishes the handshake, within the time for connecting', async () => {
    await using target = await silentServer();
    await using it = await deliverySystem();
    const connection = await it.connect({
      authentication: 'none',
      policy: { connectTimeoutSeconds: 0.3 },
    });
    const url = target.origin.replace('http:', 'https:');
    const outcome = await it.delivery.send(connection, post(url), KEY);
    expect(outcome).toMatchObject({ kind: 'not-sent', cause: 'network' });
    expect(outcome.durationMs).toBeLessThan(3_000);
    expect(target.connections()).toBe(1);
  });

  it('is one to a server whose certificate nobody vouches for', async () => {
    await using target = await receiver((_request, response) => response.end(), SELF_SIGNED);
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    expect(await it.delivery.send(connection, post(target.origin), KEY)).toMatchObject({
      kind: 'not-sent',
      cause: 'network',
      error: expect.stringMatching(/self.signed certificate/),
    });
    expect(target.requests).toEqual([]);
  });

  it('is one that time runs out for while it waits for a connection, and it does not leave later', async () => {
    await using target = await rawReceiver(() => undefined);
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    // As many as have a connection, and one more.
    const held = Array.from({ length: 128 }, async () => {
      return await it.delivery.send(connection, post(target.origin), { ...KEY, timeoutMs: 1_500 });
    });
    await vi.waitFor(() => expect(target.requests).toHaveLength(128), 10_000);
    const outcome = await it.delivery.send(connection, post(target.origin), { ...KEY, timeoutMs: 200 });
    expect(outcome).toMatchObject({ kind: 'not-sent', cause: 'network', error: 'no answer within 0.2 s' });
    const others = await Promise.all(held);
    expect(new Set(others.map(({ kind }) => kind))).toEqual(new Set(['unknown']));
    expect(target.requests).toHaveLength(128);
  });

  it.each([
    ['whose header cannot be', { headers: { 'x-name': 'a\r\nx-injected: 1' } }],
    ['whose header is the own of the connection', { headers: { 'transfer-encoding': 'chunked' } }],
    ['that is larger than the connection sends', { body: 'x'.repeat(2_001) }],
  ])('is one %s', async (_what, change) => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none', policy: { maxRequestBytes: 2_000 } });
    expect(await it.delivery.send(connection, post(target.origin, change), KEY)).toMatchObject({
      kind: 'not-sent',
      cause: 'request',
    });
    expect(target.requests).toEqual([]);
  });

  it('is one that was cancelled before', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    const options = { ...KEY, signal: AbortSignal.abort() };
    expect(await it.delivery.send(connection, post(target.origin), options)).toMatchObject({
      kind: 'not-sent',
      cause: 'cancelled',
    });
    expect(target.requests).toEqual([]);
  });
});

describe('connections of another workspace', () => {
  it('are not opened, and asking for them disturbs nobody', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'token', token: 'the-token' });
    await it.delivery.send(connection, post(target.origin), KEY);
    expect(await it.delivery.open(newId(), [connection.id])).toEqual(new Map());
    const again = await it.open(connection.id);
    // The same object: nothing was dropped or decrypted anew.
    expect(again).toBe(connection);
    await it.delivery.send(again, post(target.origin), KEY);
    expect(target.connections()).toBe(1);
  });
});
