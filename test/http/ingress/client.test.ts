import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientOf, trustedProxies } from '../../../src/http/ingress/client.ts';
import { anyCharacter } from '../../any-character.ts';

const NOBODY = trustedProxies([]);
const PROXIES = trustedProxies(['10.0.0.0/8', '192.168.1.1', 'fd00::/8']);

function ip(remoteAddress: string, forwarded: string | undefined, trusted = PROXIES): string {
  return clientOf(message(remoteAddress, { 'x-forwarded-for': forwarded }), trusted).ip;
}

function message(
  remoteAddress: string,
  headers: Record<string, string | undefined>,
): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('the client', () => {
  test('is the socket’s address where no proxy is trusted, whatever the header says', () => {
    expect(ip('203.0.113.9', '198.51.100.1', NOBODY)).toBe('203.0.113.9');
  });

  test('is the socket’s address where the peer is not a trusted proxy', () => {
    expect(ip('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
  });

  test('is what the trusted proxy saw', () => {
    expect(ip('10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
  });

  test('is not what the caller wrote further left', () => {
    expect(ip('10.1.2.3', '127.0.0.1, 10.9.9.9, 198.51.100.1')).toBe('198.51.100.1');
  });

  test('is found behind several trusted proxies', () => {
    expect(ip('10.1.2.3', '198.51.100.1, 192.168.1.1, 10.0.0.7')).toBe('198.51.100.1');
  });

  test('is the outermost proxy where all hops are trusted', () => {
    expect(ip('10.1.2.3', '10.0.0.9, 10.0.0.8')).toBe('10.0.0.9');
  });

  test('is the last believable hop where the chain holds nonsense', () => {
    expect(ip('10.1.2.3', '198.51.100.1, unknown, 10.0.0.8')).toBe('10.0.0.8');
    expect(ip('10.1.2.3', '0x7f.1')).toBe('10.1.2.3');
    expect(ip('10.1.2.3', '')).toBe('10.1.2.3');
    expect(ip('10.1.2.3', undefined)).toBe('10.1.2.3');
  });

  test('is read with ports and brackets, and IPv4 inside IPv6 as IPv4', () => {
    expect(ip('::ffff:10.1.2.3', '198.51.100.1:4711')).toBe('198.51.100.1');
    expect(ip('fd00::1', '[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(ip('fd00::1', '::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(ip('::ffff:203.0.113.9', undefined, NOBODY)).toBe('203.0.113.9');
  });

  test('came by https where a trusted proxy says so, and only then', () => {
    const headers = { 'x-forwarded-proto': 'https' };
    expect(clientOf(message('10.1.2.3', headers), PROXIES).scheme).toBe('https');
    expect(clientOf(message('203.0.113.9', headers), PROXIES).scheme).toBe('http');
  });

  test('cannot choose its own address: without a trusted peer no header changes it', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (peer, header) => {
        fc.pre(!peer.startsWith('10.') && peer !== '192.168.1.1');
        expect(ip(peer, header)).toBe(peer);
      }),
    );
  });

  test('no header makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (header) => void ip('10.1.2.3', header)),
    );
  });
});

test('a range that is none is refused', () => {
  expect(() => trustedProxies(['10.0.0.0/33'])).toThrow();
  expect(() => trustedProxies(['proxy.example'])).toThrow();
});
