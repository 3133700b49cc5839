import { expect, test } from 'vitest';

import { classOfAddress } from './address-class.ts';

test.for([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '168.63.129.15',
  '2606:4700:4700::1111',
  '2a00:1450:4001:830::200e',
  '2001:200::1',
  '2003::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
])('%s is public', (address) => {
  expect(classOfAddress(address)).toBe('public');
});

test.for([
  '127.1',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '2130706433',
  '127.0.0.1.',
  ' 127.0.0.1',
  '[::1]',
  '::1/128',
  '127.0.0.1:80',
  'localhost',
  '',
])('"%s" is no address in canonical form', (text) => {
  expect(classOfAddress(text)).toBe('malformed');
});

test.for(['fe80::1%eth0', '::1%lo', '2606:4700:4700::1111%0'])('%s has a zone', (address) => {
  expect(classOfAddress(address)).toBe('zoned');
});

test.for([
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.0', 'carrier-grade NAT'],
  ['172.31.255.255', 'private'],
  ['198.19.255.255', 'benchmarking'],
  ['239.255.255.255', 'multicast'],
  ['255.255.255.254', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['2001:1ff:ffff::', 'reserved'],
  ['2002:808:808::1', '6to4'],
  ['64:ff9b:1::808:808', 'NAT64'],
  ['::8.8.8.8', 'IPv4-compatible'],
  ['::808:808', 'IPv4-compatible'],
] as const)('%s is %s', ([address, is]) => {
  expect(classOfAddress(address)).toBe(is);
});
