import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Ranges of proxies whose forwarding headers are believed. */
export type TrustedProxies = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/** @param ranges CIDR ranges or single addresses; throws for anything else */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  return ranges.map((range) => {
    if (range.includes('/')) return ipaddr.parseCIDR(range);
    const address = ipaddr.process(range);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });
}

/** Who calls, as far as it can be believed. */
export interface Client {
  readonly ip: string;
  readonly scheme: 'http' | 'https';
  /** Whether a trusted proxy passed the request on. */
  readonly isProxied: boolean;
}

/** Addresses in `X-Forwarded-For` that are looked at: more hops than any real chain of proxies has. */
const HOPS_MAX = 32;

/**
 * The caller's address: the socket's, unless that is a trusted proxy. Then `X-Forwarded-For` is read
 * from its right end, where each trusted proxy wrote whom it saw; the first address that is not a
 * trusted proxy is the caller. What stands further left was written by the caller and proves nothing.
 */
export function clientOf(incoming: IncomingMessage, trusted: TrustedProxies): Client {
  const peer = plainAddress(incoming.socket.remoteAddress ?? '');
  if (trusted.length === 0 || !isTrusted(peer, trusted))
    return { ip: peer, scheme: 'http', isProxied: false };
  const { 'x-forwarded-for': chain, 'x-forwarded-proto': proto } = incoming.headers;
  const hops = String(chain ?? '')
    .split(',')
    .slice(-HOPS_MAX)
    .reverse();
  let ip = peer;
  for (const hop of hops) {
    const address = hopAddress(hop);
    if (address === undefined) break; // Written by no proxy: what follows cannot be believed either.
    ip = address;
    if (!isTrusted(address, trusted)) break;
  }
  const scheme = String(proto ?? '')
    .split(',')
    .at(-1)
    ?.trim()
    .toLowerCase();
  return { ip, scheme: scheme === 'https' ? 'https' : 'http', isProxied: true };
}

/** `1.2.3.4`, `1.2.3.4:567`, `2001:db8::1`, `[2001:db8::1]:567` → the address; else `undefined`. */
function hopAddress(hop: string): string | undefined {
  const text = hop.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text);
  const withPort = /^([\d.]+):\d+$/.exec(text);
  const address = bracketed?.[1] ?? withPort?.[1] ?? text;
  // `isValid` of ipaddr.js takes `0x7f.1` and `1` for addresses; no proxy writes those.
  const usual = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return usual ? plainAddress(address) : undefined;
}

/** An IPv4 address inside IPv6 (`::ffff:1.2.3.4`, as dual-stack sockets say it) as plain IPv4. */
function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  return ipaddr.IPv6.isValid(address) ? ipaddr.process(address).toString() : address;
}

function isTrusted(address: string, trusted: TrustedProxies): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return trusted.some(
    ([range, bits]) =>
      range.kind() === parsed.kind() && parsed.match(range as ipaddr.IPv4 & ipaddr.IPv6, bits),
  );
}
