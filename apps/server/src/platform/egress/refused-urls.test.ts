import { lookup as systemLookup } from 'node:dns';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { EgressRefused } from './index.ts';
import { ask, policyFrom } from './testing/ask.ts';
import { startDnsServer } from './testing/dns-server.ts';
import type { DnsServer } from './testing/dns-server.ts';
import { connectionAttempts, listenOnLoopback } from './testing/listener.ts';
import type { Listener } from './testing/listener.ts';
import { INSIDE_NAMES, REFUSED_HOSTS, REFUSED_URLS } from './testing/refused-urls.ts';

const policy = policyFrom(undefined);
let listener: Listener;
let dns: DnsServer;

beforeAll(async () => {
  listener = await listenOnLoopback();
  dns = await startDnsServer((name) => INSIDE_NAMES.find((inside) => inside.name === name)?.addresses ?? []);
});

afterAll(async () => {
  await dns[Symbol.asyncDispose]();
  await listener[Symbol.asyncDispose]();
});

const withPort = (url: string): string => url.replace('PORT', String(listener.port));
const post = async (url: string, allow?: string) =>
  await ask(url, { policy: policyFrom(allow), lookup: dns.lookup });

test('the lists have more than 80 URLs', () => {
  expect(REFUSED_HOSTS.length + REFUSED_URLS.length + INSIDE_NAMES.length).toBeGreaterThan(80);
});

describe('refused by its host', () => {
  test.for(REFUSED_HOSTS)('$reason: $url', async ({ url, reason }) => {
    expect(policy.checkUrl(withPort(url))).toMatchObject({ kind: 'refused', refusal: { reason } });
    const asked = await post(withPort(url));
    expect(asked).toMatchObject({ kind: 'refused', refusal: { reason }, error: { code: 'EGRESS_REFUSED' } });
  });
});

describe('refused by what it resolves to', () => {
  test.for(INSIDE_NAMES)('$name', async ({ name, reason, addresses }) => {
    const url = `http://${name}:${listener.port}/`;
    expect(policy.checkUrl(url).kind).toBe('allowed');
    const asked = await post(url);
    expect(asked).toMatchObject({ kind: 'refused', refusal: { reason, host: name } });
    expect(asked.kind === 'refused' && addresses).toContain(
      asked.kind === 'refused' && asked.refusal.address,
    );
  });
});

test.for(REFUSED_URLS)('refused by its URL, $reason: $url', ({ url, reason }) => {
  expect(policy.checkUrl(withPort(url))).toMatchObject({ kind: 'refused', refusal: { reason } });
});

test('no refused request tries to connect, and the same requests do connect where everything is allowed', async () => {
  const here = [
    '127.0.0.1',
    '2130706433',
    '127.1',
    '0',
    '[::ffff:127.0.0.1]',
    'loopback.test',
    'mapped.test',
  ];
  const urls = here.map((host) => `http://${host}:${listener.port}/`);
  const before = listener.connections();
  const refusedAttempts = await connectionAttempts(async () => {
    for (const url of urls) await post(url);
    for (const { url } of REFUSED_HOSTS) await post(withPort(url));
    for (const { name } of INSIDE_NAMES) await post(`http://${name}:${listener.port}/`);
    for (const { name } of INSIDE_NAMES) await post(`https://${name}:${listener.port}/`);
  });
  expect(refusedAttempts).toEqual([]);
  expect(listener.connections()).toBe(before);

  const allowedAttempts = await connectionAttempts(async () => {
    for (const url of urls) expect(await post(url, '*')).toMatchObject({ kind: 'answered', body: 'here' });
    // It does not speak TLS: what counts is that the connection arrives.
    expect(await post(`https://loopback.test:${listener.port}/`, '*')).toMatchObject({ kind: 'failed' });
  });
  expect(allowedAttempts).toHaveLength(urls.length + 1);
  expect(listener.connections()).toBe(before + urls.length + 1);
});

test('what the resolver of the system says of this machine is refused', async () => {
  const asked = await ask(`http://this-machine.test:${listener.port}/`, {
    policy,
    lookup: (_host, options, callback) => systemLookup('localhost', options, callback),
  });
  expect(asked).toMatchObject({ kind: 'refused', refusal: { reason: 'loopback' } });
});

test('a refusal names the host, the address, its class and the setting that would allow it', async () => {
  const asked = await post(`http://ten.test:${listener.port}/`);
  const error = asked.kind === 'answered' ? undefined : asked.error;
  expect(error).toBeInstanceOf(EgressRefused);
  expect(String(error)).toBe(
    `EgressRefused: "ten.test" is 10.1.2.3 (private), which is not public, so nothing was sent. ` +
      `LAUREL_EGRESS_ALLOW=ten.test:${listener.port} would allow it.`,
  );
});
