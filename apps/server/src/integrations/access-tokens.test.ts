import { describe, expect, it, vi } from 'vitest';

import { TestClock } from '../testing/test-platform.ts';
import type { OpenConnection } from './connection.ts';
import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import type { DeliverySystem } from './testing/delivery-system.ts';
import { receiver } from './testing/receiver.ts';

const SECRET = 'the/client secret';

/** A token endpoint that gives tokens 1, 2, 3, … of an hour, unless it is told otherwise. */
async function tokenEndpoint(answer: { status?: number; body?: object; delayMs?: number } = {}) {
  let given = 0;
  const server = await receiver((_request, response) => {
    setTimeout(() => {
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      const body = answer.body ?? { token_type: 'bearer', expires_in: 3_600 };
      response.end(JSON.stringify({ access_token: `token-${++given}`, ...body }));
    }, answer.delayMs ?? 0);
  });
  return Object.assign(server, { answer });
}

/** A receiver that takes these tokens only; all, where none is named. */
const api = async (taken?: readonly string[]) =>
  await receiver(({ headers }, response) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    response.writeHead(taken === undefined || taken.includes(token) ? 200 : 401).end('done');
  });

async function connect(it: DeliverySystem, tokenUrl: string, more: object = {}): Promise<OpenConnection> {
  return await it.connect({
    authentication: 'oauth2',
    tokenUrl: `${tokenUrl}/token`,
    clientId: 'the client',
    clientSecret: SECRET,
    ...more,
  });
}

const bearers = (requests: readonly { headers: { authorization?: string | undefined } }[]) =>
  requests.map(({ headers }) => headers.authorization);

describe('an access token', () => {
  it.each([
    [
      { clientAuthentication: 'header' },
      `Basic ${Buffer.from('the+client:the%2Fclient+secret').toString('base64')}`,
      'grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fapi.example.org',
    ],
    [
      { clientAuthentication: 'body' },
      undefined,
      'grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fapi.example.org&client_id=the+client&client_secret=the%2Fclient+secret',
    ],
  ])('is asked for with %j', async (more, authorization, body) => {
    await using endpoint = await tokenEndpoint();
    await using target = await api();
    await using it = await deliverySystem();
    const audience = 'https://api.example.org';
    const connection = await connect(it, endpoint.origin, { scope: 'a b', audience, ...more });
    expect((await it.delivery.send(connection, post(target.origin), KEY)).kind).toBe('answered');
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.requests[0]).toMatchObject({ method: 'POST', url: '/token', body });
    expect(endpoint.requests[0]!.headers.authorization).toBe(authorization);
    expect(endpoint.requests[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(bearers(target.requests)).toEqual(['Bearer token-1']);
  });

  it('is fetched once for all that need it at one moment, and used until it ends', async () => {
    await using endpoint = await tokenEndpoint({ delayMs: 50 });
    await using target = await api();
    await using it = await deliverySystem();
    const connection = await connect(it, endpoint.origin);
    await Promise.all(
      Array.from({ length: 20 }, async () => await it.delivery.send(connection, post(target.origin), KEY)),
    );
    await it.delivery.send(connection, post(target.origin), KEY);
    expect(endpoint.requests).toHaveLength(1);
    expect(new Set(bearers(target.requests))).toEqual(new Set(['Bearer token-1']));
  });

  it('is renewed a minute before its end, beside the requests, and before one that comes after', async () => {
    const clock = new TestClock('2026-11-24T12:00:00Z');
    await using endpoint = await tokenEndpoint();
    await using target = await api();
    await using it = await deliverySystem({ platform: (platform) => ({ ...platform, clock }) });
    const connection = await connect(it, endpoint.origin);
    const send = async () => {
      await it.delivery.send(connection, post(target.origin), KEY);
      return bearers(target.requests).at(-1);
    };
    expect(await send()).toBe('Bearer token-1');
    clock.advance(3_539_000);
    expect(await send()).toBe('Bearer token-1');
    expect(endpoint.requests).toHaveLength(1);
    clock.advance(1_000);
    // It does not wait for the new one.
    expect(await send()).toBe('Bearer token-1');
    await vi.waitFor(async () => expect(await send()).toBe('Bearer token-2'));
    expect(endpoint.requests).toHaveLength(2);
    clock.advance(3_600_000);
    expect(await send()).toBe('Bearer token-3');
  });

  it('that is refused is renewed once, for all that it was refused to, and the request repeated', async () => {
    await using endpoint = await tokenEndpoint();
    await using target = await api(['token-2']);
    await using it = await deliverySystem();
    const connection = await connect(it, endpoint.origin);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => await it.delivery.send(connection, post(target.origin), KEY)),
    );
    expect(outcomes.map((outcome) => 'status' in outcome && outcome.status)).toEqual(Array(10).fill(200));
    expect(endpoint.requests).toHaveLength(2);
    expect(target.requests).toHaveLength(20);
  });

  it('that is refused again is told: the request is repeated once only', async () => {
    await using endpoint = await tokenEndpoint();
    await using target = await api([]);
    await using it = await deliverySystem();
    const connection = await connect(it, endpoint.origin);
    expect(await it.delivery.send(connection, post(target.origin), KEY)).toMatchObject({ status: 401 });
    expect(bearers(target.requests)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('without an end is used until it is refused', async () => {
    const clock = new TestClock('2026-11-24T12:00:00Z');
    await using endpoint = await tokenEndpoint({ body: { token_type: 'Bearer' } });
    await using target = await api();
    await using it = await deliverySystem({ platform: (platform) => ({ ...platform, clock }) });
    const connection = await connect(it, endpoint.origin);
    await it.delivery.send(connection, post(target.origin), KEY);
    clock.advance(365 * 24 * 3_600_000);
    await it.delivery.send(connection, post(target.origin), KEY);
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([
    [{ status: 400, body: { error: 'invalid_client' } }, 'authentication', 'answered 400 (invalid_client)'],
    [{ status: 401, body: { error: SECRET } }, 'authentication', 'answered 401'],
    [{ status: 500 }, 'network', 'answered 500'],
    [{ status: 429 }, 'network', 'answered 429'],
    [{ body: { access_token: 7 } }, 'network', 'in an unknown shape'],
    [{ body: { access_token: 'a\nb' } }, 'network', 'in an unknown shape'],
    [{ body: { token_type: 'mac' } }, 'authentication', 'not bearer tokens'],
  ])('that cannot be had (%j) is told, and nothing is sent', async (answer, cause, error) => {
    await using endpoint = await tokenEndpoint(answer);
    await using target = await api();
    await using it = await deliverySystem();
    const connection = await connect(it, endpoint.origin);
    const outcome = await it.delivery.send(connection, post(target.origin), KEY);
    expect(outcome).toMatchObject({ kind: 'not-sent', cause, error: expect.stringContaining(error) });
    expect(JSON.stringify(outcome)).not.toContain('client secret');
    // A failure answers for those that come right after.
    await it.delivery.send(connection, post(target.origin), KEY);
    expect(endpoint.requests).toHaveLength(1);
    expect(target.requests).toEqual([]);
    endpoint.answer.status = 200;
    endpoint.answer.body = { token_type: 'bearer' };
    await vi.waitFor(async () => {
      const later = await it.delivery.send(connection, post(target.origin), KEY);
      expect(later.kind).toBe('answered');
    }, 5_000);
  });

  it('is not fetched from where requests may not go', async () => {
    await using target = await api();
    await using it = await deliverySystem();
    const connection = await connect(it, 'http://169.254.169.254');
    expect(await it.delivery.send(connection, post(target.origin), KEY)).toMatchObject({
      kind: 'not-sent',
      cause: 'authentication',
      error: expect.stringContaining('cloud metadata'),
    });
  });

  it('is another one after the client was changed', async () => {
    await using endpoint = await tokenEndpoint();
    await using target = await api();
    await using it = await deliverySystem();
    await it.delivery.send(await connect(it, endpoint.origin), post(target.origin), KEY);
    const changed = await connect(it, endpoint.origin, { clientSecret: 'another' });
    await it.delivery.send(changed, post(target.origin), KEY);
    expect(bearers(target.requests)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});
