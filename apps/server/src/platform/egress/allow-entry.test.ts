import { describe, expect, test } from 'vitest';

import { parseEgressAllow } from './index.ts';
import { policyFrom } from './testing/ask.ts';

/** What a setting allows of these. */
function allowed(setting: string, urls: readonly string[]): string[] {
  const policy = policyFrom(setting);
  return urls.filter((url) => policy.checkUrl(url).kind === 'allowed');
}

/** What a setting allows of the addresses that a name resolves to. */
function allowedAddresses(setting: string, url: string, addresses: readonly string[]): string[] {
  const { protocol, hostname: host, port } = new URL(url);
  const policy = policyFrom(setting);
  const destination = { protocol, host, port: Number(port || 80) };
  return addresses.filter((address) => policy.checkAddress(destination, address).kind === 'allowed');
}

test('a network allows its addresses, in every form that is the same on the wire, and no others', () => {
  const urls = [
    'http://10.255.0.1/',
    'https://10.0.0.1:8443/',
    'http://[::ffff:10.0.0.1]/',
    'http://167772161/',
  ];
  const others = [
    'http://11.0.0.1:1/',
    'http://192.168.0.1/',
    'http://[::10.0.0.1]/',
    'http://[64:ff9b::10.0.0.1]/',
  ];
  expect(allowed('10.0.0.0/8', [...urls, ...others])).toEqual([...urls, 'http://11.0.0.1:1/']);
  expect(allowed('fd00::/8', ['http://[fd12::1]/', 'http://[fc00::1]/'])).toEqual(['http://[fd12::1]/']);
});

test('a port narrows each kind of entry', () => {
  const urls = (host: string) => [
    `http://${host}/`,
    `http://${host}:8080/`,
    `https://${host}/`,
    `https://${host}:80/`,
  ];
  expect(allowed('10.0.0.0/8:8080', urls('10.0.0.1'))).toEqual(['http://10.0.0.1:8080/']);
  expect(allowed('10.0.0.1:443', urls('10.0.0.1'))).toEqual(['https://10.0.0.1/']);
  expect(allowed('10.0.0.1:80', urls('10.0.0.1'))).toEqual(['http://10.0.0.1/', 'https://10.0.0.1:80/']);
  expect(allowed('[fd00::/8]:8080', urls('[fd00::1]'))).toEqual(['http://[fd00::1]:8080/']);
  expect(allowed('[fd00::1]:8080', urls('[fd00::1]'))).toEqual(['http://[fd00::1]:8080/']);
  expect(allowed('metadata:8080', urls('metadata'))).toEqual(['http://metadata:8080/']);
  expect(allowed('*.localhost:8080', urls('a.localhost'))).toEqual(['http://a.localhost:8080/']);
  expect(allowed('*:8080', urls('127.0.0.1'))).toEqual(['http://127.0.0.1:8080/']);
});

test('a named host is allowed whatever it resolves to, and only that host', () => {
  const addresses = ['10.0.0.1', '127.0.0.1', '::1', '169.254.169.254', 'fe80::1%eth0'];
  expect(allowedAddresses('Accredible.Internal', 'http://accredible.internal./', addresses)).toEqual(
    addresses,
  );
  expect(allowedAddresses('accredible.internal', 'http://a.accredible.internal/', addresses)).toEqual([]);
  expect(allowedAddresses('accredible.internal', 'http://xaccredible.internal/', addresses)).toEqual([]);
  expect(allowedAddresses('bücher.test', 'http://xn--bcher-kva.test/', addresses)).toEqual(addresses);
});

test('a suffix allows the names below it, not itself and not what ends alike', () => {
  const inside = ['10.0.0.1'];
  expect(allowedAddresses('*.internal', 'http://a.internal/', inside)).toEqual(inside);
  expect(allowedAddresses('*.internal', 'http://a.b.internal./', inside)).toEqual(inside);
  expect(allowedAddresses('*.internal', 'http://internal/', inside)).toEqual([]);
  expect(allowedAddresses('*.internal', 'http://notinternal/', inside)).toEqual([]);
  expect(allowedAddresses('*.internal', 'http://a.internal.example.org/', inside)).toEqual([]);
});

test('a network does not allow the metadata services in it, their own address does', () => {
  const url = 'http://imds.test/';
  expect(
    allowedAddresses('169.254.0.0/16,fd00::/8,0.0.0.0/0', url, ['169.254.169.254', 'fd00:ec2::254']),
  ).toEqual([]);
  expect(allowedAddresses('169.254.0.0/16', url, ['169.254.1.1'])).toEqual(['169.254.1.1']);
  expect(allowedAddresses('169.254.169.254', url, ['169.254.169.254'])).toEqual(['169.254.169.254']);
  expect(allowedAddresses('[fd00:ec2::254]:80', url, ['fd00:ec2::254'])).toEqual(['fd00:ec2::254']);
  expect(allowedAddresses('*', url, ['169.254.169.254'])).toEqual(['169.254.169.254']);
});

test('no entry allows another scheme, user info or what is no host name', () => {
  const urls = [
    'ftp://10.0.0.1/',
    'http://ada@10.0.0.1/',
    'http://a..b/',
    'file:///etc/passwd',
    'http://256.1.1.1/',
  ];
  expect(allowed('*', urls)).toEqual([]);
});

test('what a refusal suggests allows just that', () => {
  for (const url of [
    'http://10.0.0.1/',
    'https://[fd00::1]/',
    'http://[::ffff:127.0.0.1]:81/',
    'http://metadata./',
  ]) {
    const verdict = policyFrom(undefined).checkUrl(url);
    const entry = verdict.kind === 'refused' ? verdict.refusal.entry : undefined;
    expect(entry).toBeDefined();
    expect(allowed(entry ?? '', [url, 'http://127.0.0.1:82/'])).toEqual([url]);
  }
});

test('own origins are allowed by exact scheme, host and port, as they are at the time', () => {
  let own: string[] = [];
  const outcome = parseEgressAllow('', () => own);
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.join());
  const kind = (url: string) => outcome.policy.checkUrl(url).kind;
  expect(kind('http://127.0.0.1:8321/v1/credentials')).toBe('refused');
  own = ['http://127.0.0.1:8321', 'https://localhost/'];
  expect(kind('http://127.0.0.1:8321/v1/credentials')).toBe('allowed');
  expect(kind('https://localhost:443/')).toBe('allowed');
  const others = [
    'https://127.0.0.1:8321/',
    'http://127.0.0.1:8322/',
    'http://127.0.0.2:8321/',
    'http://localhost/',
  ];
  expect(others.map(kind)).toEqual(others.map(() => 'refused'));
});

test('blanks and empty entries mean nothing', () => {
  expect(
    allowed(' , 10.0.0.0/8 ,, 127.0.0.1 ,', ['http://10.0.0.1/', 'http://127.0.0.1/', 'http://[::1]/']),
  ).toEqual(['http://10.0.0.1/', 'http://127.0.0.1/']);
});

describe('problems', () => {
  test.for([
    ['http://accredible.internal', 'is a URL: write its host, and its port if it has one'],
    ['10.0.0.5/8', 'goes beyond its length: the network is 10.0.0.0/8'],
    ['fd00::1/8', 'goes beyond its length: the network is fd00::/8'],
    ['10.0.0.0/33', 'is not a network: its length must be a number from 0 to 32'],
    ['fd00::/129', 'is not a network: its length must be a number from 0 to 128'],
    ['10.0.0.0/', 'is not a network: its length must be a number from 0 to 32'],
    ['10.0.0.0/8/8', 'is not a network: its length must be a number from 0 to 32'],
    ['10.0.0.0/0x8', 'is not a network: its length must be a number from 0 to 32'],
    ['10/8', 'is not a network: its address is not a whole IPv4 or IPv6 address'],
    ['internal/8', 'is not a network: its address is not a whole IPv4 or IPv6 address'],
    ['127.1', 'is an address in another notation: write 127.0.0.1'],
    ['0x7f000001', 'is an address in another notation: write 127.0.0.1'],
    ['256.1.1.1', 'is not a host name'],
    ['::ffff:10.0.0.1', 'is IPv4 in the form of IPv6: write it as IPv4'],
    ['::ffff:0:0/96', 'is IPv4 in the form of IPv6: write it as IPv4'],
    ['fe80::1%eth0', 'has a zone, which no request can name'],
    ['internal:0', 'has a port that is not a number from 1 to 65535'],
    ['internal:65536', 'has a port that is not a number from 1 to 65535'],
    ['internal:http', 'has a port that is not a number from 1 to 65535'],
    ['internal:', 'has a port that is not a number from 1 to 65535'],
    ['[internal]:80', 'has brackets around something else than an IPv6 address'],
    ['[10.0.0.1]', 'has brackets around something else than an IPv6 address'],
    ['a.*.internal', 'has a * elsewhere than as its first label'],
    ['*internal', 'has a * elsewhere than as its first label'],
    ['*.', 'has no host'],
    ['a b', 'is not a host name'],
    ['a..b', 'is not a host name'],
    ['a@b', 'is not a host name'],
    ['fd00::x', 'is not a host name'],
    ['[fd00::x]:80', 'is not a host name'],
  ])('%s %s', ([entry, problem]) => {
    expect(parseEgressAllow(entry, () => [])).toEqual({
      kind: 'invalid',
      problems: [`LAUREL_EGRESS_ALLOW: "${entry}" ${problem}`],
    });
  });

  test('all are reported, each with its entry', () => {
    const outcome = parseEgressAllow('10.0.0.0/8, 127.1, internal:0', () => []);
    expect(outcome).toMatchObject({
      kind: 'invalid',
      problems: [/"127.1"/, /"internal:0"/].map((part) => expect.stringMatching(part) as unknown),
    });
  });
});
