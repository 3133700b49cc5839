import type { FilterDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { textOf } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { textArgument } from './arguments.ts';
import { addressBits, isIpv4, isIpv6, isPrivate, networkOf, printIpv4, printIpv6 } from './ip-address.ts';

/** What a part of an address comes to: a value, nothing for what is no address, or why it cannot be said. */
type Part =
  | { readonly kind: 'value'; readonly value: string | number | boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly message: string };

const none: Part = { kind: 'none' };
const javaInt = /^[+-]?\d{1,10}$/;

function refused(message: string): Part {
  return { kind: 'refused', message };
}

/** Without `part` whether `text` is an address; else that part of an address with its prefix, `192.168.0.1/24`. */
function partOf(text: string, part: string, isAddress: (address: string) => boolean): Part {
  const whole = text.trim();
  if (part === '') return { kind: 'value', value: isAddress(whole) };
  const split = whole.split('/');
  if (split.length === 1 && /^(?:public|private)$/i.test(part)) split.push('0');
  const [address = '', prefix] = split;
  if (split.length > 2 || !isAddress(address)) return none;
  if (part.toLowerCase() === 'address') return { kind: 'value', value: address };
  if (prefix === undefined) return none;
  if (!javaInt.test(prefix)) return refused(`${JSON.stringify(prefix)} is no length of a prefix.`);
  if (part === 'prefix') return { kind: 'value', value: Number(prefix) };
  const width = isIpv4(address) ? 32 : 128;
  const bits = addressBits(address);
  if (part === 'public' || part === 'private') {
    const local = bits !== undefined && isPrivate(bits, width);
    return { kind: 'value', value: local === (part === 'private') };
  }
  return networkPart(part, address, bits, prefix, width);
}

function networkPart(
  part: string,
  address: string,
  bits: bigint | undefined,
  prefix: string,
  width: number,
): Part {
  const length = Number(prefix);
  const fits = length >= 0 && length <= width && (width === 128 || /^\d{1,2}$/.test(prefix));
  if (bits === undefined || !fits) return refused(`${address}/${prefix} is no network.`);
  const { mask, first, last } = networkOf(bits, length, width);
  const value = (result: bigint): Part => ({
    kind: 'value',
    value: width === 32 ? printIpv4(result) : printIpv6(result),
  });
  switch (part) {
    case 'netmask':
      return value(mask);
    case 'broadcast':
      return value(last);
    case 'network':
      return value(first);
    case 'gateway':
      // a network of one or two addresses of version 4 has no room for hosts
      return value(width === 32 && last - first < 2n ? 0n : (first + 1n) & ((1n << BigInt(width)) - 1n));
    default:
      return refused(
        `There is no ${part} of an address: use prefix, netmask, address, broadcast, network, gateway, public or private.`,
      );
  }
}

/** An element of a list: what its part comes to as a text, itself if it is an address; null leaves it out. */
function kept(item: Value, part: string, isAddress: (address: string) => boolean): string | null {
  const text = textOf(item);
  if (text === undefined) return null;
  const found = partOf(text, part, isAddress);
  if (found.kind !== 'value' || found.value === false) return null;
  return found.value === true ? text : String(found.value);
}

function apply(input: Value, part: string, isAddress: (address: string) => boolean, rt: Runtime): Value {
  if (input instanceof Dict) {
    const items = new Map<string, Value>();
    for (const [key, item] of input.asMap()) {
      rt.steps(4);
      const value = kept(item, part, isAddress);
      if (value !== null) items.set(key, value);
    }
    return new Dict(items);
  }
  if (input instanceof List) {
    const items = input.items.map((item) => {
      rt.steps(4);
      return kept(item, part, isAddress);
    });
    return new List(items.filter((item) => item !== null));
  }
  const text = textOf(input);
  if (text === undefined) return false;
  const found = partOf(text, part, isAddress);
  if (found.kind === 'refused') return rt.fail('filter-arguments', found.message);
  return found.kind === 'none' ? null : found.value;
}

function definition(
  name: string,
  version: string,
  isAddress: (address: string) => boolean,
): FilterDefinition {
  return {
    name,
    summary: `True for an IP address${version}; with \`function\` that part of it: prefix, netmask, address, broadcast, network, gateway, public or private. Of a list or dict those that are.`,
    params: ['function'],
    naming: 'appended',
    keepsSafe: false,
    apply: (input, args, rt) =>
      apply(input, textArgument(args, 0, rt)?.slice(0, 64).trim() ?? '', isAddress, rt),
  };
}

export const ipFilters: readonly FilterDefinition[] = [
  definition('ipaddr', '', (address) => isIpv4(address) || isIpv6(address)),
  definition('ipv4', ' of version 4', isIpv4),
  definition('ipv6', ' of version 6', isIpv6),
];
