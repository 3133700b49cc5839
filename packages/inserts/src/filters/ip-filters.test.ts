import { describe, expect, it } from 'vitest';

import { textOf } from '../testing.ts';

const context = {
  list: ['192.168.0.1/24', null, true, 13, '2000::', '10.0.0.7', 'nope', '300.1.1.1'],
  dict: { a: '10.0.0.7', b: 'x', c: 7 },
};

describe('the filters of IP addresses', () => {
  it.each([
    [
      "{{ '1.0.0.1'|ipaddr }} {{ '2000::'|ipaddr }} {{ '1.0.0.256'|ipaddr }} {{ ''|ipaddr }}",
      'true true false false',
    ],
    [
      "{{ '1.0.0.1'|ipv4 }} {{ '2000::'|ipv4 }} {{ '1.0.0.1'|ipv6 }} {{ '2000::'|ipv6 }}",
      'true false false true',
    ],
    ["{{ ' 1.0.0.1 '|ipaddr }} {{ none|ipaddr }} {{ 7|ipaddr }}", 'true false false'],
    [
      "{{ '1:2:3:4:5:6:7:8'|ipv6 }} {{ '1:2'|ipv6 }} {{ '::'|ipv6 }} {{ 'g::'|ipv6 }}",
      'true false true false',
    ],
    ['{{ list|ipaddr }}', '[2000::, 10.0.0.7]'],
    ["{{ list|ipaddr('address') }}", '[192.168.0.1, 2000::, 10.0.0.7]'],
    ["{{ list|ipv4('prefix') }} {{ dict|ipv4 }}", '[24] {a=10.0.0.7}'],
    ["{{ '192.168.77.9/20'|ipaddr('prefix') }}", '20'],
    ["{{ '192.168.77.9/20'|ipaddr('netmask') }}", '255.255.240.0'],
    ["{{ '192.168.77.9/20'|ipaddr('network') }}", '192.168.64.0'],
    ["{{ '192.168.77.9/20'|ipaddr('broadcast') }}", '192.168.79.255'],
    ["{{ '192.168.77.9/20'|ipaddr('gateway') }}", '192.168.64.1'],
    [
      "{{ '10.0.0.1/32'|ipaddr('gateway') }} {{ '10.0.0.1/0'|ipaddr('broadcast') }}",
      '0.0.0.0 255.255.255.255',
    ],
    ["{{ '2001:db8:0:1::9/64'|ipaddr('network') }}", '2001:db8:0:1::'],
    [
      "{{ '2001:db8::/126'|ipaddr('broadcast') }} {{ '2001:db8::/126'|ipaddr('gateway') }}",
      '2001:db8::3 2001:db8::1',
    ],
    [
      "{{ '1::/64'|ipaddr('netmask') }} {{ '1:0:2::/128'|ipaddr('network') }}",
      'ffff:ffff:ffff:ffff:: 1:0:2::',
    ],
    ["{{ '::ffff:a00:1/128'|ipaddr('network') }}", '::ffff:10.0.0.1'],
    [
      "{{ '10.0.0.1'|ipaddr('private') }} {{ '172.31.0.1'|ipaddr('private') }} {{ '172.32.0.1'|ipaddr('public') }}",
      'true true true',
    ],
    [
      "{{ 'fe80::1'|ipaddr('private') }} {{ '::1'|ipv6('private') }} {{ '2000::'|ipv6('public') }}",
      'true true true',
    ],
    [
      "[{{ '10.0.0.1'|ipaddr('prefix') }}{{ '10.0.0.1/1/2'|ipaddr('prefix') }}{{ '::/64'|ipv4('prefix') }}]",
      '[]',
    ],
    ["{{ '10.0.0.1/x'|ipaddr('prefix') }}", 'failed: filter-arguments'],
    ["{{ '10.0.0.1/33'|ipaddr('network') }}", 'failed: filter-arguments'],
    ["{{ '10.0.0.1/24'|ipaddr('colour') }}", 'failed: filter-arguments'],
    ["{{ '1:2:3:4:5:6:7::8:9/64'|ipaddr('network') }}", 'failed: filter-arguments'],
    ["{{ ['10.0.0.1/33', '10.0.0.1/8']|ipaddr('network') }}", '[10.0.0.0]'],
  ])('%s', (template, expected) => {
    expect(textOf(template, context)).toBe(expected);
  });
});
