import { describe, expect, test } from 'vitest';
import { HookwrightError } from '../../src/core/errors.ts';
import { type EgressOptions, EgressRules } from '../../src/outbound/egress-rules.ts';
import { parseDestination } from '../../src/outbound/request-url.ts';

function rules(options: Partial<EgressOptions> = {}): EgressRules {
  return new EgressRules({
    allow: [],
    deny: [],
    ownListeners: () => [],
    localAddresses: () => ['127.0.0.1', '::1', '192.168.7.7', 'fe80::7%eth0'],
    ...options,
  });
}

/** Why the address may not be called for the URL, or `allowed`. */
function verdict(options: Partial<EgressOptions>, url: string, address: string): string {
  const destination = parseDestination(url);
  const made = rules(options);
  const refusal = made.refusalOfHost(destination) ?? made.refusalOfAddress(destination, address);
  return refusal?.message ?? 'allowed';
}

describe('without settings', () => {
  test('public addresses are allowed', () => {
    expect(verdict({}, 'https://a.example', '93.184.216.34')).toBe('allowed');
    expect(verdict({}, 'https://a.example', '2606:4700::1111')).toBe('allowed');
    expect(verdict({}, 'https://a.example', '::ffff:93.184.216.34')).toBe('allowed');
  });

  test('others are refused, and the message says what would allow them', () => {
    expect(verdict({}, 'http://nas.local', '192.168.1.2')).toBe(
      'Expected an address that may be called, got 192.168.1.2 for http://nas.local (private, RFC 1918). Allow it with HOOKWRIGHT_EGRESS_ALLOW=192.168.1.2:80.',
    );
    expect(verdict({}, 'https://x.example:8443/', 'fd00::1')).toBe(
      'Expected an address that may be called, got fd00::1 for https://x.example:8443 (unique local, RFC 4193). Allow it with HOOKWRIGHT_EGRESS_ALLOW=[fd00::1]:8443.',
    );
  });

  test('what the resolver says must be an address', () => {
    expect(verdict({}, 'http://a.example', '0x7f.1')).toBe(
      'Expected an address that may be called, got "0x7f.1" for http://a.example, which is no IP address.',
    );
  });
});

describe('allow', () => {
  test.each([
    ['10.0.0.0/8', 'http://a.example', '10.1.2.3', true],
    ['10.0.0.0/8', 'http://a.example', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', 'http://a.example', '192.168.1.1', false],
    ['10.1.2.3', 'http://a.example', '10.1.2.3', true],
    ['10.1.2.3', 'http://a.example', '10.1.2.4', false],
    ['10.1.2.3:9000', 'http://a.example:9000', '10.1.2.3', true],
    ['10.1.2.3:9000', 'http://a.example:9001', '10.1.2.3', false],
    ['10.0.0.0/8:443', 'https://a.example', '10.1.2.3', true],
    ['10.0.0.0/8:443', 'http://a.example', '10.1.2.3', false],
    ['fd00::/8', 'http://a.example', 'fd00::1', true],
    ['[fd00::/8]:80', 'http://a.example', 'fd00::1', true],
    ['[fd00::/8]:81', 'http://a.example', 'fd00::1', false],
    ['::1', 'http://a.example', '::1', true],
    ['[::1]:80', 'http://a.example', '::1', true],
    ['nas.example', 'http://nas.example', '192.168.1.2', true],
    ['NAS.Example.', 'http://nas.example', '192.168.1.2', true],
    ['nas.example', 'http://NAS.example./', '192.168.1.2', true],
    ['nas.example', 'http://x.nas.example', '192.168.1.2', false],
    ['nas.example', 'http://evilnas.example', '192.168.1.2', false],
    ['nas.example:8080', 'http://nas.example:8080', '192.168.1.2', true],
    ['nas.example:8080', 'http://nas.example', '192.168.1.2', false],
    ['*.corp.example', 'http://a.corp.example', '10.0.0.1', true],
    ['*.corp.example', 'http://a.b.corp.example', '10.0.0.1', true],
    ['*.corp.example', 'http://corp.example', '10.0.0.1', false],
    ['*.corp.example', 'http://evilcorp.example', '10.0.0.1', false],
    ['*.corp.example:444', 'https://a.corp.example:444', '10.0.0.1', true],
    ['bücher.example', 'http://xn--bcher-kva.example', '10.0.0.1', true],
    ['localhost', 'http://localhost', '127.0.0.1', true],
    ['64:ff9b::/96', 'http://a.example', '64:ff9b::8.8.8.8', true],
    ['64:ff9b::/96', 'http://a.example', '64:ff9b::127.0.0.1', false],
    ['2002::/16', 'http://a.example', '2002:808:808::1', true],
    ['2002::/16', 'http://a.example', '2002:7f00:1::1', false],
    ['2001::/32', 'http://a.example', '2001:0:808:808::f7f7:f7f7', true],
    ['2001::/32', 'http://a.example', '2001:0:808:808::80ff:fffe', false],
    ['::/96', 'http://a.example', '::127.0.0.1', false],
    ['0.0.0.0/0', 'http://a.example', '127.0.0.1', true],
  ])('%s: %s at %s is allowed: %s', (entry, url, address, allowed) => {
    expect(verdict({ allow: [entry] }, url, address) === 'allowed').toBe(allowed);
  });

  test('of a translator’s range leaves the address inside refused, and says so', () => {
    expect(verdict({ allow: ['64:ff9b::/96'] }, 'http://a.example', '64:ff9b::10.0.0.1')).toBe(
      'Expected an address that may be called, got 10.0.0.1 inside 64:ff9b::a00:1 for http://a.example (private, RFC 1918). Allow it with HOOKWRIGHT_EGRESS_ALLOW=10.0.0.1:80.',
    );
  });
});

describe('deny', () => {
  test('wins over allow and closes public addresses', () => {
    const options = { allow: ['10.0.0.0/8'], deny: ['10.9.0.0/16', '8.8.8.8'] };
    expect(verdict(options, 'http://a.example', '10.1.0.1')).toBe('allowed');
    expect(verdict(options, 'http://a.example', '10.9.0.1')).toBe(
      'Expected an address that may be called, got 10.9.0.1 for http://a.example, which is denied. Take 10.9.0.0/16 out of HOOKWRIGHT_EGRESS_DENY.',
    );
    expect(verdict(options, 'http://a.example', '::ffff:8.8.8.8')).toContain('which is denied');
    const nat64 = { ...options, allow: ['64:ff9b::/96'] };
    expect(verdict(nat64, 'http://a.example', '64:ff9b::8.8.8.8')).toContain('which is denied');
  });

  test('closes a name, whatever its addresses', () => {
    const options = { allow: ['ads.example'], deny: ['ads.example', '*.ads.example:443'] };
    expect(verdict(options, 'http://ADS.example./', '93.184.216.34')).toBe(
      'Expected an address that may be called, got http://ads.example, which is denied. Take ads.example out of HOOKWRIGHT_EGRESS_DENY.',
    );
    expect(verdict(options, 'https://x.ads.example', '93.184.216.34')).toContain('denied');
    expect(verdict(options, 'http://x.ads.example', '93.184.216.34')).toBe('allowed');
  });
});

describe('this server’s own listener', () => {
  const everything = ['0.0.0.0/0', '::/0'];

  test.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['127.0.0.1', '64:ff9b::127.0.0.1', true],
    ['127.0.0.1', '0.0.0.0', true],
    ['127.0.0.1', '::', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['127.0.0.1', '192.168.7.7', false],
    ['::1', '::1', true],
    ['::1', '::', true],
    ['192.168.7.7', '192.168.7.7', true],
    ['192.168.7.7', '192.168.7.8', false],
    ['0.0.0.0', '127.0.0.9', true],
    ['0.0.0.0', '192.168.7.7', true],
    ['0.0.0.0', '192.168.7.8', false],
    ['::', '::1', true],
    ['::', '127.0.0.1', true],
    ['::', 'fe80::7', true],
    ['::', '192.168.7.7', true],
    ['::', '93.184.216.34', false],
    ['::ffff:127.0.0.1', '127.0.0.1', true],
    ['unreadable', '127.0.0.1', true],
  ])('on %s is reached by %s: %s', (bound, address, reached) => {
    const options = { allow: everything, ownListeners: () => [{ address: bound, port: 8420 }] };
    const said = verdict(options, 'http://a.example:8420', address);
    expect(said.includes('where this server itself listens')).toBe(reached);
    expect(verdict(options, 'http://a.example:8421', address)).toBe('allowed');
  });

  test('stays refused where an operator allows its address, and the message says what to do', () => {
    const ownListeners = () => [{ address: '127.0.0.1', port: 8420 }];
    const options = { allow: ['127.0.0.1:8420', 'localhost'], ownListeners };
    expect(verdict(options, 'http://localhost:8420', '127.0.0.1')).toBe(
      'Expected an address that may be called, got 127.0.0.1 for http://localhost:8420, where this server itself listens. Use a function and `call` instead of a request.',
    );
  });
});

describe('an entry that cannot be read', () => {
  test.each([
    '',
    '*',
    '*.',
    '10.0.0.0/99',
    '10.0.0.1:0',
    '10.0.0.1:65536',
    '10.0.0.1:x',
    'http://a.example',
    'a.example/path',
    'user@a.example',
    '0x7f.1',
    '[a.example]',
    '[::1',
    '::1]:80',
    'a b',
    '2130706433',
  ])('is refused when the client opens: %j', (entry) => {
    let error: unknown;
    try {
      rules({ deny: [entry] });
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof HookwrightError)) throw error;
    expect([error.code, error.message, error.next]).toEqual([
      'config.invalid',
      `Expected HOOKWRIGHT_EGRESS_DENY to list addresses, ranges and hosts, got ${JSON.stringify(entry)}`,
      'Write an address (10.0.0.5), a range (10.0.0.0/8, [fd00::/8]), a host (api.example.com) or all its subdomains (*.example.com), each with or without a port (10.0.0.5:9000, [::1]:9000).',
    ]);
  });
});
