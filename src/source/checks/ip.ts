import { BlockList, isIP } from 'node:net';
import type { IpCheck } from '../source.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

/** Ranges read once for each source; a source that is no longer used goes with its key. */
const lists = new WeakMap<readonly string[], BlockList>();

export function checkIp({ ranges }: IpCheck, { view }: CheckContext): CheckResult {
  const { clientIp } = view.raw;
  const version = isIP(clientIp);
  if (version !== 0 && listOf(ranges).check(clientIp, version === 4 ? 'ipv4' : 'ipv6')) {
    return passed();
  }
  const reason = `Expected the caller's address to be within ${ranges.join(', ')}, got ${version === 0 ? 'none' : clientIp}.`;
  return failed('address.refused', reason);
}

/** Whether a text is a range: `192.0.2.0/24`, `2001:db8::/32`, or one address. */
export function isRange(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(
  text: string,
):
  | { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' }
  | undefined {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return undefined;
  return { address, bits: prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function listOf(ranges: readonly string[]): BlockList {
  let list = lists.get(ranges);
  if (list === undefined) {
    list = new BlockList();
    for (const range of ranges) {
      const read = parse(range);
      if (read !== undefined) list.addSubnet(read.address, read.bits, read.family);
    }
    lists.set(ranges, list);
  }
  return list;
}
