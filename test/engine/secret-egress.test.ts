import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HttpArgs } from '../../src/core/effect.ts';
import { fitsHost, readHostPattern } from '../../src/core/host-pattern.ts';
import type { Policy } from '../../src/core/policy.ts';
import { handleOf } from '../../src/core/secret-use.ts';
import { type Revealed, reveal } from '../../src/engine/effects/secret-egress.ts';
import type { SecretSource } from '../../src/engine/secret-source.ts';

const SEED = 'seed of the run';
const KEY = handleOf(SEED, 'KEY');

function source(values: Readonly<Record<string, string>>, ...hosts: string[]): SecretSource {
  const patterns = hosts.flatMap((host) => readHostPattern(host) ?? []);
  return {
    value: (name) => values[name],
    values: (name) => [values[name] ?? []].flat(),
    mayGoTo: (_, url) => patterns.some((pattern) => fitsHost(pattern, url)),
    seed: () => SEED,
  };
}

function revealed(
  args: Partial<HttpArgs>,
  secrets: SecretSource = source({ KEY: 'a "/+&é' }, 'api.example.com'),
  allowed: readonly string[] = ['KEY', 'GONE'],
): ReturnType<typeof reveal> {
  const policy: Policy = { http: [], hooks: [], state: [], secrets: allowed, functions: [] };
  const whole: HttpArgs = {
    method: 'POST',
    url: 'https://api.example.com/',
    headers: [],
    expect: '2xx',
    timeoutMs: 1000,
    attempts: 1,
    inDoubt: 'resend',
    ...args,
  };
  const run = { secretUse: { seed: SEED, names: { KEY: true }, digests: {} } };
  const context = { run, subject: { policy } } as unknown as Parameters<typeof reveal>[1];
  return reveal(whole, context, secrets);
}

test('a value stands in each place as that place needs it', () => {
  expect(
    revealed({
      url: `https://api.example.com/a/${KEY}?k=${KEY}&l=1`,
      headers: [['x-key', `Key ${KEY}`]],
      basic: { user: 'shop', password: KEY },
    }),
  ).toMatchObject({
    url: 'https://api.example.com/a/a%20%22%2F%2B%26%C3%A9?k=a%20%22%2F%2B%26%C3%A9&l=1',
    headers: [
      ['x-key', 'Key a "/+&é'],
      ['authorization', `Basic ${Buffer.from('shop:a "/+&é').toString('base64')}`],
    ],
    secretHeaders: ['x-key', 'authorization'],
  });
});

test('a body stays what its type says, whatever the value is', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 4 });
  fc.assert(
    fc.property(value, (secret) => {
      const secrets = source({ KEY: secret }, 'api.example.com');
      const bodyOf = (type: string, args: Partial<HttpArgs>): unknown =>
        (revealed({ ...args, headers: [['content-type', type]] }, secrets) as Revealed).body;
      const json = JSON.stringify({ key: KEY, list: [`a ${KEY} b`] });
      expect(
        JSON.parse(bodyOf('application/problem+json; charset=utf-8', { body: json }) as string),
      ).toEqual({
        key: secret,
        list: [`a ${secret} b`],
      });
      const form = bodyOf('application/x-www-form-urlencoded', { body: `k=${KEY}&l=1` });
      expect([...new URLSearchParams(form as string)]).toEqual([
        ['k', secret],
        ['l', '1'],
      ]);
      expect(bodyOf('text/plain', { body: `a ${KEY}` })).toBe(`a ${secret}`);
      const base64 = Buffer.from(`\xff ${KEY}`, 'latin1').toString('base64');
      const bytes = Buffer.concat([Buffer.of(0xff, 0x20), Buffer.from(secret)]);
      expect(bodyOf('application/octet-stream', { base64 })).toEqual(bytes);
    }),
  );
});

test('a text that only looks like a handle is sent as it is', () => {
  const other = handleOf('another run', 'KEY');
  expect(revealed({ body: other })).toMatchObject({ body: other, secretHeaders: [] });
});

describe('is refused', () => {
  const refused = (code: string, message: string) => ({ ok: false, code, message });

  test.each([
    [
      'a host that the secret is not bound to',
      { url: 'https://evil.example/', body: KEY },
      refused(
        'effect.refused',
        'Expected a host that the secret `KEY` is bound to, got evil.example. If it may go there: `hookwright secret set KEY --host evil.example`',
      ),
    ],
    [
      'a secret in the host',
      { url: `https://${KEY}.api.example.com/` },
      refused(
        'effect.refused',
        'Expected secrets in the path or query of a URL, got one in its host',
      ),
    ],
    [
      'a secret that the policy does not list',
      { body: handleOf(SEED, 'OTHER') },
      refused(
        'effect.refused',
        'Expected a secret that the policy allows, got `OTHER`. Add to `policy.secrets`: OTHER',
      ),
    ],
    [
      'a secret that is gone',
      { body: handleOf(SEED, 'GONE') },
      refused(
        'effect.failed',
        'Expected a stored secret `GONE`, got none that can be read. Set it with `hookwright secret set GONE`',
      ),
    ],
  ] as const)('%s', (_, args, expected) => {
    expect(revealed(args)).toEqual(expected);
  });

  test('a value that no header can hold, without showing it', () => {
    const secrets = source({ KEY: 'line one\nline two' }, 'api.example.com');
    expect(revealed({ headers: [['x-key', KEY]] }, secrets)).toEqual(
      refused(
        'effect.invalid',
        'Expected one line of Latin-1 characters for the header x-key of http, got a secret with others',
      ),
    );
  });
});

describe('a redirect', () => {
  const hop = (args: Partial<HttpArgs>, method: string, url: string): string | undefined =>
    (revealed(args, source({ KEY: 'key-value' }, 'api.example.com')) as Revealed).hopRefusal(
      method,
      new URL(url),
    );

  test('to another host is followed where headers alone hold secrets, which stay behind', () => {
    expect(hop({ headers: [['x', KEY]] }, 'GET', 'https://cdn.example/file')).toBeUndefined();
  });

  test.each([
    ['a body that goes along', { body: KEY }, 'POST', 'https://evil.example/'],
    [
      'a value in the location',
      { url: `https://api.example.com/?k=${KEY}` },
      'GET',
      'https://evil.example/?k=key-value',
    ],
    [
      'a value in base64 in it',
      { headers: [['x', KEY]] as const },
      'GET',
      `https://evil.example/${Buffer.from('key-value').toString('base64')}`,
    ],
  ])('to another host is refused with %s', (_, args, method, url) => {
    expect(hop(args, method, url)).toContain('bound to, got evil.example');
  });

  test('out of TLS is refused with a body', () => {
    expect(hop({ body: KEY }, 'POST', 'http://api.example.com/')).toBe(
      'Expected https for a request with secrets, got a redirect to http://api.example.com',
    );
    expect(hop({ body: KEY }, 'POST', 'https://api.example.com/other')).toBeUndefined();
  });
});
