import ipaddr from 'ipaddr.js';
import { type AddressRange, IPV4_RANGES, IPV6_RANGES } from './address-ranges.ts';

/** One address in its plain form: IPv4 written as IPv6 (`::ffff:1.2.3.4`) is IPv4. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range of addresses: its base, and how many leading bits count. */
export interface Network {
  readonly base: Address;
  readonly bits: number;
}

const MAPPED_PREFIX_BITS = 96;

/**
 * Reads `127.0.0.1` and any spelling of IPv6. The older spellings of IPv4 (`0x7f.1`, `2130706433`) are
 * not addresses here: URLs turn them into dotted form before this, and what else sends them is suspect.
 * Zones (`fe80::1%eth0`) are refused with them.
 */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const address = parseIpv6(text);
  return address?.isIPv4MappedAddress() === true ? address.toIPv4Address() : address;
}

/** By way of the URL parser, because ipaddr.js takes `::1.2.3.4` for `::ffff:1.2.3.4`. */
function parseIpv6(text: string): ipaddr.IPv6 | undefined {
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined;
  return ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
}

/** Reads `10.0.0.0/8`, `fd00::/8`, or a single address. A mapped IPv6 range becomes its IPv4 range. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return network(ipaddr.IPv4.parse(address), Number(length ?? 32), 32);
  }
  const base = parseIpv6(address);
  if (base === undefined) return undefined;
  const bits = Number(length ?? 128);
  return base.isIPv4MappedAddress() && bits >= MAPPED_PREFIX_BITS
    ? network(base.toIPv4Address(), bits - MAPPED_PREFIX_BITS, 32)
    : network(base, bits, 128);
}

function network(base: Address, bits: number, bitsMax: number): Network | undefined {
  return bits <= bitsMax ? { base, bits } : undefined;
}

export function contains({ base, bits }: Network, address: Address): boolean {
  return base.kind() === address.kind() && address.match(base as ipaddr.IPv4 & ipaddr.IPv6, bits);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.toNormalizedString() === b.toNormalizedString();
}

interface Special extends Network {
  readonly name: string;
}

const SPECIAL_IPV4 = IPV4_RANGES.map(special);
const SPECIAL_IPV6 = IPV6_RANGES.map(special);

function special({ cidr, name }: AddressRange): Special {
  const [base, bits] = ipaddr.parseCIDR(cidr);
  return { base, bits, name };
}

/** What the address is, where it is not the public Internet: `private, RFC 1918`; else `undefined`. */
export function specialRange(address: Address): string | undefined {
  const ranges = address.kind() === 'ipv4' ? SPECIAL_IPV4 : SPECIAL_IPV6;
  return ranges.find((range) => contains(range, address))?.name;
}

/**
 * The IPv4 addresses that an IPv6 address stands for: a translator or relay on the way would carry the
 * request there. Empty for IPv4 and for plain IPv6.
 */
export function embeddedAddresses(address: Address): readonly ipaddr.IPv4[] {
  if (address.kind() === 'ipv4') return [];
  if (address.range() === 'unspecified' || address.range() === 'loopback') return [];
  const bytes = address.toByteArray();
  return [...ofPrefix(bytes), ...ofInterface(bytes)];
}

function ofPrefix(bytes: readonly number[]): readonly ipaddr.IPv4[] {
  const pick = (...at: number[]) => new ipaddr.IPv4(at.map((index) => bytes[index] ?? 0));
  const starts = (...prefix: number[]) => prefix.every((byte, index) => bytes[index] === byte);
  const low = pick(12, 13, 14, 15);
  if (starts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) return [low]; // ::/96, IPv4-compatible
  if (starts(0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)) return [low]; // ::ffff:0:0:0/96
  if (starts(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return [low]; // NAT64
  if (starts(0, 0x64, 0xff, 0x9b, 0, 1)) return localNat64(bytes, pick);
  if (starts(0x20, 0x02)) return [pick(2, 3, 4, 5)]; // 6to4
  if (starts(0x20, 0x01, 0, 0)) {
    // Teredo (RFC 4380, section 4): the server in clear, the client with every bit turned.
    return [pick(4, 5, 6, 7), new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))];
  }
  return [];
}

/** ISATAP (RFC 5214, section 6.1): behind any prefix the interface is `::5efe:` or `::200:5efe:` and the address. */
function ofInterface(bytes: readonly number[]): readonly ipaddr.IPv4[] {
  const [first = 0, ...rest] = bytes.slice(8, 12);
  const is = (first === 0 || first === 0x02) && rest.join() === [0, 0x5e, 0xfe].join();
  return is ? [new ipaddr.IPv4(bytes.slice(12))] : [];
}

/**
 * Inside 64:ff9b:1::/48 the translator's operator chooses the length of the prefix, and with it where
 * the IPv4 address lies (RFC 6052, section 2.2); the suffix behind it is zero. Every place that the
 * zeros leave possible counts.
 */
function localNat64(
  bytes: readonly number[],
  pick: (...at: number[]) => ipaddr.IPv4,
): readonly ipaddr.IPv4[] {
  const zeroFrom = (index: number) => bytes.slice(index).every((byte) => byte === 0);
  const places: ipaddr.IPv4[] = [];
  if (zeroFrom(11)) places.push(pick(6, 7, 9, 10));
  if (zeroFrom(12)) places.push(pick(7, 9, 10, 11));
  else places.push(pick(12, 13, 14, 15));
  if (zeroFrom(13)) places.push(pick(9, 10, 11, 12));
  return places;
}
