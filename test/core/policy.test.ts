import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EffectKind } from '../../src/core/effect.ts';
import { type Policy, patternMistake, policyRefusal } from '../../src/core/policy.ts';

const NOTHING: Policy = { http: [], hooks: [], state: [], secrets: [], functions: [] };

function http(patterns: readonly string[], method: string, url: string): string | undefined {
  return policyRefusal({ ...NOTHING, http: patterns }, 'http', {
    method,
    url,
    headers: [],
    expect: '2xx',
    timeoutMs: 1,
    attempts: 1,
    inDoubt: 'resend',
  });
}

const allows = (pattern: string, url: string, method = 'GET') =>
  http([pattern], method, url) === undefined;

describe('http', () => {
  test.each([
    ['https://a.example/orders/*', 'https://a.example/orders/1', true],
    ['https://a.example/orders/*', 'https://a.example/orders/1?x=/../y', true],
    ['https://a.example/orders/*', 'https://a.example/orders/1#x', true],
    ['https://a.example/orders/*', 'https://A.EXAMPLE/orders/1', true],
    ['https://A.Example/orders/*', 'https://a.example/orders/1', true],
    ['https://a.example/orders/*', 'https://a.example:443/orders/1', true],
    ['https://a.example/orders/*', 'https://a.example/orders/', false],
    ['https://a.example/orders/*', 'https://a.example/orders', false],
    ['https://a.example/orders/*', 'https://a.example/orders/1/2', false],
    ['https://a.example/orders/*', 'https://a.example/ORDERS/1', false],
    ['https://a.example/orders/*', 'http://a.example/orders/1', false],
    ['https://a.example/orders/*', 'https://a.example:8443/orders/1', false],
    ['https://a.example/orders/*', 'https://a.example./orders/1', false],
    ['https://a.example/orders/*', 'https://b.example/orders/1', false],
    ['https://a.example/orders/*', 'https://a.example.evil.example/orders/1', false],
    ['https://a.example/orders/o-*.json', 'https://a.example/orders/o-1.json', true],
    ['https://a.example/orders/o-*.json', 'https://a.example/orders/o-.json', false],
    ['https://a.example/**', 'https://a.example', true],
    ['https://a.example/**', 'https://a.example/x//y', true],
    ['https://a.example/orders/**', 'https://a.example/orders/1/2', true],
    ['https://a.example/orders/**', 'https://a.example/orders', false],
    ['https://a.example:8443/', 'https://a.example:8443/', true],
    ['https://a.example:8443/', 'https://a.example/', false],
    ['https://*.example.com/**', 'https://a.example.com/', true],
    ['https://*.example.com/**', 'https://a.b.example.com/', true],
    ['https://*.example.com/**', 'https://example.com/', false],
    ['https://*.example.com/**', 'https://evilexample.com/', false],
    ['https://*.example.com/**', 'https://a.example.com./', false],
    ['https://a.example/é/*', 'https://a.example/%C3%A9/1', true],
    ['https://a.example/x?kind=a&id=*', 'https://a.example/x?kind=a&id=7', true],
    ['https://a.example/x?kind=a&id=*', 'https://a.example/x?kind=a&id=7&admin=1', false],
    ['https://a.example/x?kind=a&id=*', 'https://a.example/x', false],
    ['http://127.0.0.1:3000/**', 'http://127.1:3000/x', true],
  ])('%s and %s: %s', (pattern, url, expected) => {
    expect(allows(pattern, url)).toBe(expected);
  });

  test.each([
    ['POST https://a.example/', 'POST', true],
    ['POST https://a.example/', 'post', true],
    ['POST https://a.example/', 'GET', false],
    ['POST,PUT https://a.example/', 'PUT', true],
    ['https://a.example/', 'DELETE', true],
  ])('%s by %s: %s', (pattern, method, expected) => {
    expect(allows(pattern, 'https://a.example/', method)).toBe(expected);
  });

  test('a refusal shows the line to add, without the query, and the line allows it', () => {
    const message = http([], 'POST', 'https://api.example.com/x?key=k#f');
    expect(message).toBe(
      'Expected a target that the policy allows, got POST https://api.example.com/x. Add to `policy.http`: POST https://api.example.com/x',
    );
    expect(
      allows('POST https://api.example.com/x', 'https://api.example.com/x?key=k', 'POST'),
    ).toBe(true);
  });

  test.each([
    [
      'ftp://a.example/',
      'a URL that begins with `https://` or `http://` and a host, got another text',
    ],
    ['/orders', 'a URL that begins with `https://` or `http://` and a host, got another text'],
    [
      'https:a.example/',
      'a URL that begins with `https://` or `http://` and a host, got another text',
    ],
    [
      'https:///a.example/',
      'a URL that begins with `https://` or `http://` and a host, got another text',
    ],
    ['https://a b/', 'a URL without white space and control characters, got one with them'],
    ['https://a.example/\t', 'a URL without white space and control characters, got one with them'],
    ['https://a.example\\@b.example/', 'a URL without backslashes, got one'],
    ['https://u:p@a.example/', 'a URL without a user before the host, got one'],
    ['https://@a.example/', 'a URL without a user before the host, got one'],
    ['https://a.example/x/..', 'a URL whose path has no `.` or `..`, got one'],
    ['https://a.example/./x', 'a URL whose path has no `.` or `..`, got one'],
    ['https://a.example/..;a=b/x', 'a URL whose path has no `.` or `..`, got one'],
    ['https://a.example/%2E%2e/x', 'a URL whose path has no encoded `/`, `\\` or `.`, got one'],
    ['https://a.example/a%2Fb', 'a URL whose path has no encoded `/`, `\\` or `.`, got one'],
    ['https://a.example/%25252e/b', 'a URL whose path has no encoded `/`, `\\` or `.`, got one'],
    ['https://a.example/a%5cb', 'a URL whose path has no encoded `/`, `\\` or `.`, got one'],
  ])('%s is refused whatever the policy says', (url, expected) => {
    expect(http(['https://a.example/**', 'http://a.example/**'], 'GET', url)).toBe(
      `Expected ${expected}`,
    );
  });
});

const TRICKS = [
  ...['/', '\\', '..', '.', '%2f', '%2F', '%5c', '%2e', '%2e%2e', '..;', '%252f', '@', ':', '//'],
  ...['evil.example', 'a.example', 'A.EXAMPLE', 'orders', 'ORDERS', 'admin', '?', '#', '&', '*'],
  ...['\t', '\n', ' ', '\u3002', '\uff0f', '\u2024', '%00', ';', ':443', ':80', '[::1]', '127.1'],
];
const trickyText = fc
  .array(fc.oneof(fc.constantFrom(...TRICKS), fc.string({ maxLength: 3 })), { maxLength: 8 })
  .map((parts) => parts.join(''));

test('what is put into a URL never takes an allowed request to another host or path', () => {
  const places = fc.constantFrom(
    (text: string) => `https://a.example/orders/${text}`,
    (text: string) => `https://a.example${text}`,
    (text: string) => `https://${text}a.example/orders/1`,
    (text: string) => `https:${text}`,
    (text: string) => text,
  );
  fc.assert(
    fc.property(places, trickyText, (place, text) => {
      const url = place(text);
      if (!allows('https://a.example/orders/*', url)) return;
      const { protocol, host, username, password, pathname } = new URL(url);
      expect([protocol, host, username, password]).toEqual(['https:', 'a.example', '', '']);
      // As a server sees it that decodes the path, several times, before it resolves it.
      const decoded = pathname
        .replace(/%(?:25)+/g, '%')
        .replace(/%2f|%5c/gi, '/')
        .replace(/%2e/gi, '.');
      const served = new URL(`http://x${decoded}`).pathname;
      expect(served).toMatch(/^\/orders\/[^/]+$/);
    }),
    { numRuns: 5000 },
  );
});

test('a segment is put into a path as one segment, or is refused', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (id) => {
      const url = `https://a.example/orders/${encodeURIComponent(id.toWellFormed())}`;
      if (/[/\\]|%(?:25)*(?:2f|5c|2e)/i.test(id) || /^\.{1,2}(?:;|$)/.test(id)) return;
      expect(allows('https://a.example/orders/*', url)).toBe(true);
    }),
  );
});

test('the line that a refusal shows allows what it refused', () => {
  const part = fc.stringMatching(/^[a-z0-9*~é_-]{1,8}$/);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const url = `https://a.example/${parts.join('/')}`;
      const line = http([], 'PUT', url)?.split('`policy.http`: ')[1] ?? '';
      expect(allows(line, url, 'PUT')).toBe(true);
    }),
  );
});

describe('names', () => {
  test.each<[EffectKind, keyof Policy, object, string]>([
    ['state', 'state', { op: 'get', key: 'orders/1' }, 'the key orders/1'],
    ['call', 'functions', { function: 'pricing.total', inputs: {} }, 'the function pricing.total'],
    ['emit', 'hooks', { topic: 'order.paid', data: 1 }, 'the topic order.paid'],
    ['hook', 'hooks', { hook: 'crm', data: 1 }, 'the hook crm'],
  ])('%s is looked up in `policy.%s`', (kind, list, args, shown) => {
    const name = shown.split(' ').at(-1) as string;
    expect(policyRefusal(NOTHING, kind, args as never)).toBe(
      `Expected a target that the policy allows, got ${shown}. Add to \`policy.${list}\`: ${name}`,
    );
    expect(policyRefusal({ ...NOTHING, [list]: [name] }, kind, args as never)).toBeUndefined();
  });

  test.each([
    ['order.*', 'order.paid', true],
    ['order.*', 'order', false],
    ['order.*', 'order.paid.late', false],
    ['order.**', 'order.paid.late', true],
    ['order.**', 'order', false],
    ['**', 'order.paid', true],
    ['*', 'order.paid', false],
    ['*.paid', 'order.paid', true],
    ['o*r.p*d', 'order.paid', true],
    ['o*e*e*r', 'order', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', false],
    ['a*a', 'aba', true],
    ['ORDER.paid', 'order.paid', false],
  ])('the topic pattern %s and %s: %s', (pattern, topic, expected) => {
    const policy = { ...NOTHING, hooks: [pattern] };
    expect(policyRefusal(policy, 'emit', { topic, data: null }) === undefined).toBe(expected);
  });

  test('a wait is always allowed', () => {
    expect(policyRefusal(NOTHING, 'wait', { until: 0 })).toBeUndefined();
  });

  test('stars take what a regular expression of the same meaning takes', () => {
    const text = fc.stringMatching(/^[ab/]{0,8}$/);
    const pattern = fc.stringMatching(/^[ab/*]{1,6}$/).filter((p) => !p.includes('**'));
    fc.assert(
      fc.property(pattern, text, (written, key) => {
        const policy = { ...NOTHING, state: [written] };
        const same = new RegExp(`^${written.replaceAll('*', '[^/]+')}$`).test(key);
        expect(policyRefusal(policy, 'state', { op: 'get', key }) === undefined).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });
});

test.each<[keyof Policy, string, string]>([
  ['http', 'GTE https://a.example/', 'Expected methods such as `GET` or `POST,PUT`, got `GTE`'],
  [
    'http',
    'https://*/**',
    'Expected a host and port without `*`, or a host with `*.` before it, got `*`',
  ],
  [
    'http',
    'https://a.*/x',
    'Expected a host and port without `*`, or a host with `*.` before it, got `a.*`',
  ],
  [
    'http',
    'http://a:*/x',
    'Expected a host and port without `*`, or a host with `*.` before it, got `a:*`',
  ],
  ['http', 'https://*.10.0.0.1/x', 'Expected a name after `*.`, got an IP address'],
  ['http', 'https://a.example', 'Expected a path after the host, got none; `/**` is all of it'],
  ['http', 'http://a', 'Expected a path after the host, got none; `/**` is all of it'],
  ['http', 'https://a.example/x#y', 'Expected a URL pattern without `#`, got one'],
  ['http', 'https://a.example/**/x', 'Expected `**` as the last segment alone, got it elsewhere'],
  ['http', 'https://a.example/a**', 'Expected `**` as the last segment alone, got it elsewhere'],
  [
    'http',
    'https://a.example/../x',
    'Expected a URL pattern whose path has no `.` or `..`, got one',
  ],
  [
    'http',
    'api.example.com/**',
    'Expected a URL pattern that begins with `https://` or `http://` and a host, got another text',
  ],
  ['hooks', 'order..paid', 'Expected names between the dots, got `order..paid`'],
  ['functions', '', 'Expected a pattern, got an empty text'],
  ['state', '**/x', 'Expected `**` as the last segment alone, got it elsewhere'],
])('%s: %s is no pattern', (list, pattern, message) => {
  expect(patternMistake(list, pattern)).toBe(message);
});
