import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { ConnectionSpecInput } from './change-connection.ts';
import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import { receiver } from './testing/receiver.ts';

const SIGNING = `whsec_${Buffer.from('a signing secret, 32 bytes long.').toString('base64')}`;

describe('the authentication of a request', () => {
  it.each([
    [{ authentication: 'none' }, {}],
    [
      { authentication: 'basic', login: 'ada', password: 'pässword: 1' },
      { authorization: `Basic ${Buffer.from('ada:pässword: 1').toString('base64')}` },
    ],
    [{ authentication: 'token', token: 'the-token' }, { authorization: 'Bearer the-token' }],
    [
      { authentication: 'token', headerName: 'X-Auth', prefix: 'Token token=', token: 'the-token' },
      { 'x-auth': 'Token token=the-token' },
    ],
    [{ authentication: 'api-key', key: 'the-api-key' }, { 'x-api-key': 'the-api-key' }],
    [{ authentication: 'api-key', name: 'X-Custom', key: 'the-api-key' }, { 'x-custom': 'the-api-key' }],
  ] satisfies [ConnectionSpecInput, Record<string, string>][])('of %j is %j', async (spec, headers) => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const connection = await it.connect(spec);
    // What a node sets under the same name does not stand beside it, let alone instead of it.
    const own = Object.fromEntries(Object.keys(headers).map((name) => [name, 'of the node']));
    const request = post(target.origin, { headers: own });
    const outcome = await it.delivery.send(connection, request, KEY);
    expect(target.requests[0]!.headers).toMatchObject(headers);
    const masked = Object.fromEntries(Object.keys(headers).map((name) => [name, '[secret]']));
    expect(outcome.maskedHeaders).toMatchObject({ ...masked, 'idempotency-key': 'step-1' });
    expect(it.delivery.preview(connection, request, KEY)).toEqual({
      maskedHeaders: outcome.maskedHeaders,
      maskedUrl: outcome.maskedUrl,
    });
  });

  it.each([
    ['', '?k=the+api%2Fkey', '?k=[secret]'],
    ['?a=1', '?a=1&k=the+api%2Fkey', '?a=1&k=[secret]'],
  ])('by a key in the query goes after "%s"', async (query, sent, shown) => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const connection = await it.connect({
      authentication: 'api-key',
      place: 'query',
      name: 'k',
      key: 'the api/key',
    });
    const outcome = await it.delivery.send(connection, post(`${target.origin}/x${query}`), KEY);
    expect(target.requests[0]!.url).toBe(`/x${sent.replace('+', '%20')}`);
    expect(outcome.maskedUrl).toBe(`${target.origin}/x${shown}`);
  });

  it('by a signature is by every secret that is live, and the same message has one id', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    await it.connect({ authentication: 'signature', secret: SIGNING });
    const other = `whsec_${Buffer.from('another secret of 32 bytes here.').toString('base64')}`;
    const connection = await it.connect({ authentication: 'signature', secret: other });
    for (const _attempt of [1, 2]) await it.delivery.send(connection, post(target.origin), KEY);
    for (const { headers, body } of target.requests) {
      expect(headers['webhook-id']).toBe('step-1');
      const signed = `step-1.${String(headers['webhook-timestamp'])}.${body}`;
      const expected = [other, SIGNING].map((secret) => {
        const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
        return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
      });
      expect(headers['webhook-signature']).toBe(expected.join(' '));
    }
  });

  it('goes to no host that the connection is not for', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const spec = { authentication: 'token', token: 'the-token' } as const;
    const connection = await it.connect({ ...spec, hosts: ['api.example.org'] });
    expect(await it.delivery.send(connection, post(target.origin), KEY)).toMatchObject({
      kind: 'refused',
      reason: 'host',
      error: expect.stringContaining('is not for 127.0.0.1'),
    });
    expect(target.connections()).toBe(0);
    const wider = await it.connect({ ...spec, hosts: [new URL(target.origin).host] });
    expect((await it.delivery.send(wider, post(target.origin), KEY)).kind).toBe('answered');
  });

  it('is used by what was opened before a change, and the new one by what is opened after', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const before = await it.connect({ authentication: 'token', token: 'token-one' });
    const after = await it.connect({ authentication: 'token', token: 'token-two' });
    await it.delivery.send(before, post(target.origin), KEY);
    await it.delivery.send(after, post(target.origin), KEY);
    expect(target.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-one',
      'Bearer token-two',
    ]);
  });

  it('that cannot be read is said, and stops no other connection', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const spec = { authentication: 'token', token: 'the-token' } as const;
    const [broken, sound] = [await it.connect(spec, 'A'), await it.connect(spec, 'B')];
    // As an attacker with access to the database would put one connection's secret into another.
    await it.db
      .updateTable('connection')
      .set((eb) => ({
        revision: eb('revision', '+', 1),
        sealed: eb.selectFrom('connection as c').select('c.sealed').where('c.id', '=', sound.id),
      }))
      .where('id', '=', broken.id)
      .execute();
    const opened = await it.delivery.open(it.workspaceId, [broken.id, sound.id]);
    expect(await it.delivery.send(opened.get(broken.id)!, post(target.origin), KEY)).toMatchObject({
      kind: 'not-sent',
      cause: 'authentication',
    });
    expect((await it.delivery.send(opened.get(sound.id)!, post(target.origin), KEY)).kind).toBe('answered');
    expect(target.requests).toHaveLength(1);
  });

  it('does not come back to us in an answer: neither as it was sent nor as another text', async () => {
    await using target = await receiver((request, response) => {
      response.setHeader('x-request-id', String(request.headers.authorization));
      response.end(
        `${'.'.repeat(90)}${String(request.headers.authorization)} {"password":"sécret \\"words\\""}`,
      );
    });
    await using it = await deliverySystem();
    const spec = { authentication: 'basic', login: 'ada', password: 'sécret "words"' } as const;
    const whole = await it.connect(spec);
    expect(await it.delivery.send(whole, post(target.origin), KEY)).toMatchObject({
      response: `${'.'.repeat(90)}Basic [secret] {"password":"[secret]"}`,
      responseHeaders: { 'x-request-id': 'Basic [secret]' },
    });
    // Cut in its middle it would not be found: the end that could be a part of one is left out.
    const cut = await it.connect({ ...spec, policy: { maxResponseBytes: 110 } });
    expect(await it.delivery.send(cut, post(target.origin), KEY)).toMatchObject({
      response: expect.stringMatching(/^\.{90}(?!.*(?:YWRh|sécr))/),
      truncated: true,
    });
  });

  it('does not come back in parts, where an endless answer repeats it', async () => {
    await using target = await receiver((_request, response) => response.end('the-token,'.repeat(10_000)));
    await using it = await deliverySystem();
    for (const maxResponseBytes of [0, 1, 5, 50, 1_000, 1_003, 1_007]) {
      const connection = await it.connect({
        authentication: 'token',
        token: 'the-token',
        policy: { maxResponseBytes },
      });
      const outcome = await it.delivery.send(connection, post(target.origin), KEY);
      if (outcome.kind !== 'answered') throw new Error(outcome.error);
      expect(outcome.response.replaceAll('[secret],', '')).toMatch(/^(?:\[secret\]?|\[[secrt]{0,6})?$/);
      expect(outcome.truncated).toBe(true);
    }
  });
});

describe('a redirect', () => {
  it('is an answer like others, unless the connection follows', async () => {
    await using target = await receiver((_request, response) =>
      response.writeHead(302, { location: '/b' }).end(),
    );
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    expect(
      await it.delivery.send(connection, post(`${target.origin}/a`, { method: 'GET', body: undefined }), KEY),
    ).toMatchObject({ kind: 'answered', status: 302, responseHeaders: { location: '/b' } });
    expect(target.requests).toHaveLength(1);
  });

  it('is followed as often as the connection says, with the secret to the same origin only', async () => {
    await using other = await receiver((_request, response) => response.end('there'));
    await using target = await receiver(({ url }, response) => {
      const location = url.startsWith('/a') ? '/b' : `${other.origin}/c`;
      response.writeHead(307, { location }).end();
    });
    await using it = await deliverySystem();
    const spec = { authentication: 'token', token: 'the-token' } as const;
    const one = await it.connect({ ...spec, policy: { followRedirects: 1 } });
    expect(await it.delivery.send(one, post(`${target.origin}/a`), KEY)).toMatchObject({ status: 307 });
    const two = await it.connect({ ...spec, policy: { followRedirects: 2 } });
    expect(await it.delivery.send(two, post(`${target.origin}/a`), KEY)).toMatchObject({
      status: 200,
      response: 'there',
    });
    expect(target.requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(4).fill('Bearer the-token'),
    );
    expect(other.requests).toHaveLength(1);
    expect(other.requests[0]).toMatchObject({ method: 'POST', body: '{"name":"Ada"}' });
    expect(other.requests[0]!.headers).not.toHaveProperty('authorization');
  });

  it('takes no longer, however often it leads on, than one answer may', async () => {
    await using target = await receiver((_request, response) =>
      setTimeout(() => response.writeHead(307, { location: '/again' }).end(), 150),
    );
    await using it = await deliverySystem({ timeoutMs: 400 });
    const connection = await it.connect({ authentication: 'none', policy: { followRedirects: 5 } });
    const outcome = await it.delivery.send(connection, post(target.origin), KEY);
    expect(outcome.kind).toBe('unknown');
    expect(outcome.durationMs).toBeLessThan(700);
    expect(target.requests.length).toBeLessThan(4);
  });

  it.each(['http://10.0.0.1/', 'http://169.254.169.254/latest/', 'file:///etc/passwd', 'http://[::1]:9/'])(
    'to %s is refused',
    async (location) => {
      await using target = await receiver((_request, response) =>
        response.writeHead(308, { location }).end(),
      );
      await using it = await deliverySystem();
      const connection = await it.connect({ authentication: 'none', policy: { followRedirects: 5 } });
      expect(await it.delivery.send(connection, post(target.origin), KEY)).toMatchObject({
        kind: 'refused',
        error: expect.stringContaining('nothing was sent'),
      });
    },
  );
});

describe('a destination that the egress guard refuses', () => {
  it.each([
    ['http://127.0.0.2:9/', 'loopback'],
    ['http://169.254.169.254/latest/meta-data/', 'cloud metadata'],
    ['http://ada:pw@127.0.0.1/', 'user info'],
    ['ftp://127.0.0.1/', 'scheme'],
  ])('%s is told with the reason: %s', async (url, reason) => {
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'token', token: 'the-token' });
    const outcome = await it.delivery.send(connection, post(url), KEY);
    expect(outcome).toMatchObject({ kind: 'refused', reason });
    expect(JSON.stringify(outcome)).not.toContain('the-token');
  });
});
