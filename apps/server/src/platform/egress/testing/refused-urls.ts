import type { RefusalReason } from '../egress-refused.ts';

export interface RefusedUrl {
  /** `PORT` stands for a port on which a server really listens, on loopback. */
  readonly url: string;
  readonly reason: RefusalReason;
}

function each(reason: RefusalReason, urls: readonly string[]): RefusedUrl[] {
  return urls.map((url) => ({ url, reason }));
}

function hosts(reason: RefusalReason, names: readonly string[]): RefusedUrl[] {
  return each(
    reason,
    names.map((name) => `http://${name}:PORT/`),
  );
}

/** Refused by their host as it stands, before anything is resolved. */
export const REFUSED_HOSTS: readonly RefusedUrl[] = [
  ...hosts('loopback', ['127.0.0.1', '127.0.0.53', '127.255.255.254', '127.0.0.1.']),
  ...hosts('loopback', ['2130706433', '017700000001', '0x7f000001', '0X7F000001']),
  ...hosts('loopback', ['127.1', '127.0.1', '0x7f.1', '0177.1', '127.0x1', '0177.0.0.1', '0x7f.0x0.0x0.0x1']),
  ...hosts('loopback', ['00000177.0.0.01', '127.000.000.001', '%31%32%37.0.0.1', '12\t7.0.0.1']),
  ...hosts('loopback', ['１２７.０.０.１', '①②⑦.⓪.⓪.①', '127。0。0。1', '127．0．0．1', '0ｘ7f.1']),
  ...hosts('loopback', ['[::1]', '[0:0:0:0:0:0:0:1]', '[::0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]']),
  ...hosts('loopback', [
    'localhost',
    'LOCALHOST',
    'localhost.',
    'ｌｏｃａｌｈｏｓｔ',
    'api.localhost',
    'a.b.localhost.',
  ]),
  ...each('loopback', ['https://127.0.0.1:PORT/', 'https://[::1]:PORT/', 'https://localhost:PORT/']),
  ...each('loopback', ['http:\\\\127.0.0.1:PORT\\', 'http:127.0.0.1:PORT', ' http://127.0.0.1:PORT/ ']),
  ...each('loopback', ['http://127.0.0.1/', 'http://127.0.0.1:22/', 'http://127.0.0.1:0/']),
  ...hosts('unspecified', ['0.0.0.0', '0', '0x0', '00', '0.1.2.3', '[::]', '[::ffff:0.0.0.0]']),
  ...hosts('private', ['10.0.0.1', '167772161', '012.0.0.1', '0xa.1', '172.16.0.1', '172.31.255.255']),
  ...hosts('private', ['192.168.1.1', '3232235777', '0xc0a80101', '192.168.257', '0300.0250.1.1']),
  ...hosts('private', ['[::ffff:10.0.0.1]', '[::ffff:c0a8:101]', '[0:0:0:0:0:ffff:ac10:1]']),
  ...hosts('link-local', [
    '169.254.1.1',
    '169.254.169.253',
    '[fe80::1]',
    '[febf::1]',
    '[::ffff:169.254.1.1]',
  ]),
  ...hosts('cloud metadata', ['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376']),
  ...hosts('cloud metadata', ['169.254.43518', '0xa9.0xfe.43518', '169.254.169.254.', '１６９.254.169.254']),
  ...hosts('cloud metadata', [
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '169.254.170.2',
    '100.100.100.200',
  ]),
  ...hosts('cloud metadata', ['192.0.0.192', '168.63.129.16', '[fd00:ec2::254]', '[fd00:0ec2:0::0254]']),
  ...hosts('cloud metadata', ['[fd00:ec2::23]', '[fd20:ce::254]', '169.254.170.23']),
  ...hosts('metadata name', [
    'metadata.google.internal',
    'metadata.google.internal.',
    'METADATA.Google.Internal',
  ]),
  ...hosts('metadata name', ['metadata', 'metadata.goog', 'instance-data', 'instance-data.ec2.internal']),
  ...hosts('carrier-grade NAT', ['100.64.0.1', '100.127.255.255', '[::ffff:100.64.0.1]']),
  ...hosts('multicast', ['224.0.0.1', '239.255.255.250', '[ff02::1]', '[ff0e::1]']),
  ...hosts('broadcast', ['255.255.255.255', '4294967295', '0xffffffff']),
  ...hosts('reserved', [
    '240.0.0.1',
    '192.0.0.1',
    '192.175.48.1',
    '[100::1]',
    '[5f00::1]',
    '[4000::1]',
    '[3ffe::1]',
  ]),
  ...hosts('documentation', ['192.0.2.1', '198.51.100.7', '203.0.113.9', '[2001:db8::1]', '[3fff::1]']),
  ...hosts('benchmarking', ['198.18.0.1', '198.19.255.255', '[2001:2::1]']),
  ...hosts('IPv4-compatible', ['[::127.0.0.1]', '[::7f00:1]', '[::10.0.0.1]', '[::8.8.8.8]']),
  ...hosts('IPv4-translated', ['[::ffff:0:127.0.0.1]', '[::ffff:0:a00:1]']),
  ...hosts('NAT64', [
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1::8.8.8.8]',
  ]),
  ...hosts('6to4', ['[2002:7f00:1::]', '[2002:a00:1::1]', '[2002:a9fe:a9fe::]', '192.88.99.1']),
  ...hosts('Teredo', ['[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[2001::1]']),
  ...hosts('ISATAP', ['[2001:470::5efe:10.0.0.1]', '[2606:4700::200:5efe:7f00:1]']),
  ...hosts('unique local', ['[fc00::1]', '[fd12:3456:789a::1]', '[fdff::]']),
  ...hosts('site-local', ['[fec0::1]', '[feff::1]']),
  ...hosts('host name', ['10.0.0.1...', 'localhost..', 'a..b', '.', 'a*b.test', "it's.test"]),
];

/** Refused by the URL alone: nothing that sends requests would take them as they are, or they must not be taken. */
export const REFUSED_URLS: readonly RefusedUrl[] = [
  ...each('scheme', [
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:70/_',
    'ws://127.0.0.1:PORT/',
  ]),
  ...each('scheme', [
    'unix:/var/run/docker.sock',
    'data:text/plain,a',
    'javascript:0',
    'dict://example.org/',
  ]),
  ...each('user info', [
    'http://ada:secret@127.0.0.1:PORT/',
    'http://example.org@127.0.0.1/',
    'https://ada@example.org/',
  ]),
  ...each('user info', ['http://example.org%2F@10.0.0.1/', 'http://:secret@example.org/']),
  ...each('not a URL', [
    'http://[fe80::1%25lo]/',
    'http://[fe80::1%lo]/',
    'http://[::1%0]:PORT/',
    'http://256.1.1.1/',
  ]),
  ...each('not a URL', [
    'http://1.2.3.4.5/',
    'http://0x100000000/',
    'http://example.0x7f/',
    '//127.0.0.1/',
    '/a',
    '',
  ]),
  ...each('not a URL', ['http://[::1/', 'http://exa\0mple.org/', 'http://127.0.0.1:99999/']),
];

/** Names as a DNS server gives them: they can be refused on connecting only. */
export const INSIDE_NAMES: readonly { name: string; addresses: readonly string[]; reason: RefusalReason }[] =
  [
    { name: 'loopback.test', addresses: ['127.0.0.1'], reason: 'loopback' },
    { name: '127.0.0.1.wildcard.test', addresses: ['127.0.0.1'], reason: 'loopback' },
    { name: 'loopback6.test', addresses: ['::1'], reason: 'loopback' },
    { name: 'zero.test', addresses: ['0.0.0.0'], reason: 'unspecified' },
    { name: 'zero6.test', addresses: ['::'], reason: 'unspecified' },
    { name: 'ten.test', addresses: ['10.1.2.3'], reason: 'private' },
    { name: 'office.test', addresses: ['192.168.0.10', '192.168.0.11'], reason: 'private' },
    { name: 'imds.test', addresses: ['169.254.169.254'], reason: 'cloud metadata' },
    { name: 'imds6.test', addresses: ['fd00:ec2::254'], reason: 'cloud metadata' },
    { name: 'ula.test', addresses: ['fd12::1'], reason: 'unique local' },
    { name: 'mapped.test', addresses: ['::ffff:127.0.0.1'], reason: 'loopback' },
    { name: 'compatible.test', addresses: ['::127.0.0.1'], reason: 'IPv4-compatible' },
    { name: 'compatible-public.test', addresses: ['::8.8.8.8'], reason: 'IPv4-compatible' },
    { name: 'nat64.test', addresses: ['64:ff9b::a00:1'], reason: 'NAT64' },
    { name: 'six-to-four.test', addresses: ['2002:7f00:1::1'], reason: '6to4' },
    { name: 'cgnat.test', addresses: ['100.64.1.1'], reason: 'carrier-grade NAT' },
    { name: 'public-and-private.test', addresses: ['1.1.1.1', '10.0.0.1'], reason: 'private' },
    { name: 'public-and-loopback6.test', addresses: ['1.1.1.1', '::1'], reason: 'loopback' },
    { name: 'xn--bcher-kva.test', addresses: ['127.0.0.1'], reason: 'loopback' },
  ];
