import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  embeddedAddresses,
  parseAddress,
  parseNetwork,
  specialRange,
} from '../../src/outbound/address.ts';

function rangeOf(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return specialRange(address);
}

/** First and last address of each range that must not be called, and what it is. */
const REFUSED: readonly (readonly [first: string, last: string, name: string])[] = [
  ['0.0.0.0', '0.255.255.255', 'this host, RFC 791'],
  ['10.0.0.0', '10.255.255.255', 'private, RFC 1918'],
  ['100.64.0.0', '100.127.255.255', 'carrier-grade NAT, RFC 6598'],
  ['127.0.0.0', '127.255.255.255', 'loopback, RFC 1122'],
  ['168.63.129.16', '168.63.129.16', 'Azure platform'],
  ['169.254.0.0', '169.254.255.255', 'link-local and cloud metadata, RFC 3927'],
  ['172.16.0.0', '172.31.255.255', 'private, RFC 1918'],
  ['192.0.0.0', '192.0.0.255', 'protocol assignments, RFC 6890'],
  ['192.0.2.0', '192.0.2.255', 'documentation, RFC 5737'],
  ['192.88.99.0', '192.88.99.255', '6to4 relay, RFC 7526'],
  ['192.168.0.0', '192.168.255.255', 'private, RFC 1918'],
  ['198.18.0.0', '198.19.255.255', 'benchmarking, RFC 2544'],
  ['198.51.100.0', '198.51.100.255', 'documentation, RFC 5737'],
  ['203.0.113.0', '203.0.113.255', 'documentation, RFC 5737'],
  ['224.0.0.0', '239.255.255.255', 'multicast, RFC 5771'],
  ['240.0.0.0', '255.255.255.254', 'reserved, RFC 1112'],
  ['255.255.255.255', '255.255.255.255', 'broadcast, RFC 919'],
  ['::', '::', 'unspecified, RFC 4291'],
  ['::1', '::1', 'loopback, RFC 4291'],
  ['::2', '::ffff:ffff', 'IPv4-compatible, RFC 4291'],
  ['::ffff:0:0:0', '::ffff:0:ffff:ffff', 'IPv4-translated, RFC 2765'],
  ['::1:0:0', '::fffe:ffff:ffff', 'not global unicast'],
  ['64:ff9b::', '64:ff9b::ffff:ffff', 'NAT64, RFC 6052'],
  ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'local NAT64, RFC 8215'],
  ['100::', '100::ffff:ffff:ffff:ffff', 'discard-only, RFC 6666'],
  ['100:0:0:1::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'not global unicast'],
  ['2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'Teredo, RFC 4380'],
  ['2001:1::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', 'protocol assignments, RFC 2928'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation, RFC 3849'],
  ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '6to4, RFC 3056'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation, RFC 9637'],
  ['4000::', '5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'not global unicast'],
  ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'segment routing, RFC 9602'],
  ['8000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'not global unicast'],
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unique local, RFC 4193'],
  ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'link-local, RFC 4291'],
  ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'site-local, RFC 3879'],
  ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast, RFC 4291'],
];

/** The addresses right outside those ranges, and some that everybody calls. */
const PUBLIC = `1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255
  192.0.1.0 192.0.1.255 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0
  198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
  1.1.1.1 8.8.8.8 140.82.121.4 2000:: 2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:200::
  2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: 2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003::
  3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000:: 2606:4700:4700::1111 2a00:1450:4001:80b::200e
  ::ffff:8.8.8.8`.split(/\s+/);

describe('an address', () => {
  test.each(REFUSED)('from %s to %s is special: %s', (first, last, name) => {
    expect([rangeOf(first), rangeOf(last)]).toEqual([name, name]);
  });

  test.each(PUBLIC)('%s is public', (text) => {
    expect(rangeOf(text)).toBeUndefined();
  });

  test('of IPv4 written as IPv6 is that IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(`${parseAddress(`::ffff:${text}`)}`).toBe(text);
      }),
    );
  });

  test.each([
    '',
    '1',
    '127.1',
    '127.0.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '127.0.0.1.',
    '127.0.0.256',
    ' 127.0.0.1',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
    '1::2::3',
    ':',
  ])('is not %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('the IPv4 addresses inside', () => {
  test.each([
    ['8.8.8.8', []],
    ['::ffff:10.0.0.1', []],
    ['2606:4700::1111', []],
    ['::10.0.0.1', ['10.0.0.1']],
    ['::ffff:0:10.0.0.1', ['10.0.0.1']],
    ['64:ff9b::10.0.0.1', ['10.0.0.1']],
    ['64:ff9b:1::10.0.0.1', ['10.0.0.1']],
    ['64:ff9b:1:fffe::10.0.0.1', ['10.0.0.1']],
    ['64:ff9b:1:a00:0:100::', ['10.0.0.1', '0.0.1.0', '0.1.0.0']],
    ['64:ff9b:1:aa0a:0:1:0:0', ['10.0.0.1']],
    ['2606:4700::5efe:10.0.0.1', ['10.0.0.1']],
    ['2606:4700::200:5efe:a00:1', ['10.0.0.1']],
    ['2002:a00:1::5efe:169.254.169.254', ['10.0.0.1', '169.254.169.254']],
    ['2606:4700::300:5efe:10.0.0.1', []],
    ['2606:4700::5efe:0:10.0.0.1', []],
    ['::1', []],
    ['::', []],
    ['::a00:1', ['10.0.0.1']],
    ['2002:a00:1::', ['10.0.0.1']],
    ['2001:0:4136:e378:8000:63bf:f5ff:fffe', ['65.54.227.120', '10.0.0.1']],
  ])('%s are %j', (text, inside) => {
    const address = parseAddress(text);
    if (address === undefined) throw new Error('no address');
    const found = embeddedAddresses(address).map(String);
    expect(found).toEqual(expect.arrayContaining(inside));
    if (inside.length === 0) expect(found).toEqual([]);
  });
});

describe('a network', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0', 8],
    ['10.0.0.5', '10.0.0.5', 32],
    ['fd00::/8', 'fd00::', 8],
    ['::1', '::1', 128],
    ['::ffff:10.0.0.0/104', '10.0.0.0', 8],
    ['0.0.0.0/0', '0.0.0.0', 0],
  ])('%s is read', (text, base, bits) => {
    const network = parseNetwork(text);
    expect([`${network?.base}`, network?.bits]).toEqual([base, bits]);
  });

  test.each([
    '10.0.0.0/33',
    '10/8',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    'fe80::1%1/64',
    'x/8',
    '',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});
