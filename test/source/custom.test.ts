import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { custom, judge, NOW, opensslHmac, outcome, preset } from './presets.ts';
import { PAIRS } from './signed.ts';

const KEYS = { secret: ['current', 'previous'] };

describe('bearer, basic, and keys in headers, queries and bodies', () => {
  const bearer = custom({ verify: { bearer: {} } });
  test.each([
    ['Bearer current', 'accepted'],
    ['bearer  current', 'accepted'],
    ['Bearer previous', 'accepted'],
    ['Bearer currenT', 'proof.mismatch'],
    ['Bearer current ', 'proof.malformed'], // Node’s parser takes such blanks off.
    ['Bearer ', 'proof.malformed'],
    ['Basic current', 'proof.malformed'],
    ['current', 'proof.malformed'],
  ])('Authorization: %s is %s', (Authorization, expected) => {
    expect(outcome(judge(bearer, { headers: { Authorization } }, KEYS))).toBe(expected);
  });

  test('no header, and two of them, are refused', () => {
    expect(outcome(judge(bearer, {}, KEYS))).toBe('proof.missing');
    const headers = ['Authorization', 'Bearer current', 'authorization', 'Bearer current'];
    expect(judge(bearer, { headers }, KEYS)).toEqual({
      is: 'refused',
      refusal: {
        code: 'proof.malformed',
        reason: 'Expected the header authorization once, got it 2 times.',
      },
    });
  });

  const basic = (text: string) => ({
    headers: { Authorization: `Basic ${Buffer.from(text).toString('base64')}` },
  });

  test('basic takes user and password, from the source and the secret or all from the secret', () => {
    const named = custom({ verify: { basic: { username: 'shop' } } });
    expect(judge(named, basic('shop:current'), KEYS).is).toBe('accepted');
    expect(outcome(judge(named, basic('other:current'), KEYS))).toBe('proof.mismatch');
    const whole = custom({ verify: { basic: { key: 'login' } } });
    expect(judge(whole, basic('ü:p:w'), { login: ['ü:p:w'] }).is).toBe('accepted');
    expect(outcome(judge(whole, basic('ü:p'), { login: ['ü:p:w'] }))).toBe('proof.mismatch');
    const bad = { headers: { Authorization: 'Basic ====' } };
    expect(outcome(judge(whole, bad, { login: ['a:b'] }))).toBe('proof.mismatch');
  });

  test.each([
    [{ header: 'X-Api-Key' }, { headers: { 'x-api-key': 'current' } }],
    [
      { header: 'Authorization', prefix: 'Token ' },
      { headers: { Authorization: 'Token current' } },
    ],
    [{ query: 'key' }, { url: 'https://a.example/webhooks/t?a=1&key=current' }],
    [{ json: 'auth.token' }, { body: '{"auth":{"token":"current"}}' }],
    [{ json: 'token' }, { body: '\ufeff{"token":"current"}' }], // As .NET writes files.
    [
      { form: 'key' },
      { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'key=current' },
    ],
  ])('a key at %j', (place, parts) => {
    const source = custom({ verify: { token: place } });
    expect(judge(source, parts, KEYS).is).toBe('accepted');
    expect(judge(source, parts, { secret: ['next', 'current'] })).toMatchObject({
      usesPrevious: true,
    });
    expect(outcome(judge(source, parts, { secret: ['next'] }))).toBe('proof.mismatch');
    expect(outcome(judge(source, {}, KEYS))).toBe('proof.missing');
  });

  test('every item of a list has to carry the key, one of another form too', () => {
    const place = { json: 'items[*].key', prefix: 'Bearer ' };
    const source = custom({ verify: { token: place } });
    const take = (...keys: readonly string[]) =>
      outcome(
        judge(source, { body: JSON.stringify({ items: keys.map((key) => ({ key })) }) }, KEYS),
      );
    expect(take('Bearer current', 'Bearer current')).toBe('accepted');
    expect(take('Bearer current', 'Bearer x')).toBe('proof.mismatch');
    expect(take('Bearer current', 'x')).toBe('proof.malformed');
    expect(take('Bearer current', '')).toBe('proof.malformed');
  });

  test('blanks around a key are part of it', () => {
    const source = custom({ verify: { token: { query: 'key' } } });
    const take = (key: string) =>
      outcome(judge(source, { url: `https://a.example/?key=${key}` }, KEYS));
    expect(take('current')).toBe('accepted');
    expect(take('current%20')).toBe('proof.mismatch');
    expect(take('+current')).toBe('proof.mismatch');
  });

  test('a key beyond ASCII in a header, in UTF-8 or in Latin-1', () => {
    const keys = { secret: ['clé-secrète'] };
    const inUtf8 = Buffer.from('clé-secrète').toString('latin1');
    for (const [verify, header] of [
      [{ token: { header: 'X-Key' } }, 'X-Key'],
      [{ bearer: {} }, 'Authorization'],
    ] as const) {
      const take = (key: string) => {
        const value = header === 'X-Key' ? key : `Bearer ${key}`;
        return outcome(judge(custom({ verify }), { headers: { [header]: value } }, keys));
      };
      expect(take(inUtf8)).toBe('accepted');
      expect(take('clé-secrète')).toBe('accepted');
      expect(take('cle-secrete')).toBe('proof.mismatch');
    }
  });

  test('a secret that is empty or not set lets nobody in', () => {
    const source = custom({ verify: { token: { query: 'key' } } });
    const empty = { url: 'https://a.example/?key=' };
    for (const keys of [{}, { secret: [] }, { secret: [''] }, { toString: ['x'] }]) {
      expect(outcome(judge(source, empty, keys))).toBe('key.missing');
    }
  });
});

describe('any HMAC', () => {
  test.each([
    ['hmac-sha384', 'sha384', 'base64', 'base64', Buffer.from('k0').toString('base64'), 'k0'],
    ['hmac-sha512', 'sha512', 'hex', 'hex', Buffer.from('k1').toString('hex'), 'k1'],
    ['hmac-sha1', 'sha1', 'base64url', 'utf8', 'k2', 'k2'],
  ] as const)('%s', (algorithm, hash, encoding, keyEncoding, secret, key) => {
    const source = custom({
      verify: {
        signature: {
          header: 'X-Signature',
          algorithm,
          encoding,
          key_encoding: keyEncoding,
          content: '{method}\n{header:X-Shop}|{query:q}|{{{json:a[1].b}}}|{body}',
        },
      },
    });
    const body = '{"a":[0,{"b":"x"}]}';
    const mac = opensslHmac(hash, key, `PUT\n7|w z|{x}|${body}`).toString(encoding);
    const parts = {
      method: 'PUT',
      url: 'https://a.example/?q=w%20z',
      headers: { 'X-Signature': mac, 'x-shop': '7' },
      body,
    };
    expect(judge(source, parts, { secret: [secret] }).is).toBe('accepted');
    expect(judge(source, { ...parts, method: 'POST' }, { secret: [secret] }).is).toBe('refused');
  });

  test('a binary body is signed as it is', () => {
    const source = custom({ verify: { signature: { header: 'S', algorithm: 'hmac-sha256' } } });
    const body = Buffer.from([0, 255, 254, 10, 13, 195, 40]);
    const headers = { S: opensslHmac('sha256', 'current', body).toString('hex') };
    expect(judge(source, { headers, body }, KEYS).is).toBe('accepted');
  });
});

describe('JSON Web Tokens, signed by jose', () => {
  const seconds = NOW / 1000;
  const claims = { iss: 'https://issuer.example', aud: 'hookwright', exp: seconds + 60 };
  const secretText = 'a shared secret of thirty-two bytes.';
  const secret = new TextEncoder().encode(secretText);
  const rsa = createPrivateKey(PAIRS.rsa.private);
  const ec = createPrivateKey(PAIRS.ec.private);
  const make = (alg: string, key: unknown, payload: JWTPayload = claims, header: object = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg, ...header }).sign(key as never);
  const source = (algorithm: string, more: object = {}) =>
    custom({
      verify: {
        jwt: { algorithm, issuer: 'https://issuer.example', audience: 'hookwright', ...more },
      },
    });
  const take = (algorithm: string, token: string, key: string, more: object = {}) =>
    outcome(
      judge(
        source(algorithm, more),
        { headers: { Authorization: `Bearer ${token}` } },
        { secret: [key] },
      ),
    );

  test('HS256, RS256 and ES256', async () => {
    expect(take('HS256', await make('HS256', secret), secretText)).toBe('accepted');
    expect(take('RS256', await make('RS256', rsa), PAIRS.rsa.public)).toBe('accepted');
    expect(take('ES256', await make('ES256', ec), PAIRS.ec.public)).toBe('accepted');
    expect(take('RS256', await make('RS256', rsa), PAIRS.ec.public)).toBe('key.malformed');
    expect(take('HS256', await make('HS256', secret), 'another')).toBe('proof.mismatch');
  });

  test('a set of keys, of which the token names one', async () => {
    const jwk = (pem: string, kid: string) => ({
      ...createPublicKey(pem).export({ format: 'jwk' }),
      kid,
    });
    const set = JSON.stringify({ keys: [jwk(PAIRS.ec.public, 'e'), jwk(PAIRS.rsa.public, 'r')] });
    expect(take('RS256', await make('RS256', rsa, claims, { kid: 'r' }), set)).toBe('accepted');
    expect(take('ES256', await make('ES256', ec, claims, { kid: 'e' }), set)).toBe('accepted');
    expect(take('ES256', await make('ES256', ec, claims, { kid: 'r' }), set)).toBe('key.malformed');
    expect(take('ES256', await make('ES256', ec), JSON.stringify(jwk(PAIRS.ec.public, 'e')))).toBe(
      'accepted',
    );
  });

  test('a public key is never taken for a shared secret, nor `none` for a signature', async () => {
    const confused = await make('HS256', new TextEncoder().encode(PAIRS.rsa.public));
    expect(take('RS256', confused, PAIRS.rsa.public)).toBe('proof.malformed');
    const [, payload] = confused.split('.');
    const head = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const alg of ['none', 'None', '', undefined]) {
      expect(take('RS256', `${head({ alg })}.${payload}.`, PAIRS.rsa.public)).toBe(
        'proof.malformed',
      );
      expect(take('RS256', `${head({ alg })}.${payload}.AAAA`, PAIRS.rsa.public)).toBe(
        'proof.malformed',
      );
    }
    expect(take('HS256', await make('RS256', rsa), PAIRS.rsa.public)).toBe('proof.malformed');
  });

  test.each([
    ['expired beyond the leeway', { ...claims, exp: seconds - 60 }, 'token.expired'],
    ['expired within the leeway', { ...claims, exp: seconds - 59 }, 'accepted'],
    ['without expiry', { iss: claims.iss, aud: claims.aud }, 'token.claim'],
    ['not valid yet', { ...claims, nbf: seconds + 61 }, 'token.claim'],
    ['valid from now', { ...claims, nbf: seconds + 60 }, 'accepted'],
    ['of another issuer', { ...claims, iss: 'https://evil.example' }, 'token.claim'],
    ['for others', { ...claims, aud: ['a', 'b'] }, 'token.claim'],
    ['for several', { ...claims, aud: ['a', 'hookwright'] }, 'accepted'],
    ['with a text as expiry', { ...claims, exp: '9' as never }, 'token.claim'],
  ])('a token %s', async (_, payload, expected) => {
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    const head = Buffer.from('{"alg":"HS256"}').toString('base64url');
    const mac = opensslHmac('sha256', secret, `${head}.${text}`).toString('base64url');
    expect(take('HS256', `${head}.${text}.${mac}`, secretText)).toBe(expected);
  });

  test('expiry may be left out where the source says so', async () => {
    const token = await make('HS256', secret, { iss: claims.iss, aud: claims.aud });
    expect(take('HS256', token, secretText, { expiry: 'optional' })).toBe('accepted');
  });

  test('critical extensions, which nobody here knows, are refused', () => {
    const head = Buffer.from('{"alg":"HS256","crit":["x"],"x":1}').toString('base64url');
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const mac = opensslHmac('sha256', secret, `${head}.${payload}`).toString('base64url');
    expect(take('HS256', `${head}.${payload}.${mac}`, secretText)).toBe('proof.malformed');
  });

  test('a flipped bit anywhere is refused', async () => {
    const token = await make('ES256', ec);
    for (let index = 0; index < token.length; index += 7) {
      for (const bit of [1, 2, 4, 8]) {
        const code = token.charCodeAt(index) ^ bit;
        const changed = token.slice(0, index) + String.fromCharCode(code) + token.slice(index + 1);
        expect(take('ES256', changed, PAIRS.ec.public)).not.toBe('accepted');
      }
    }
  });
});

test('addresses: ranges of both versions, by their bits', () => {
  const source = custom({ verify: { ip: ['192.0.2.128/25', '2001:db8::/48', '198.51.100.7'] } });
  const take = (clientIp: string) => outcome(judge(source, { clientIp }));
  for (const inside of ['192.0.2.128', '192.0.2.255', '2001:db8:0:ffff::1', '198.51.100.7']) {
    expect(take(inside)).toBe('accepted');
  }
  for (const outside of ['192.0.2.127', '2001:db8:1::', '198.51.100.70', '1192.0.2.200', '']) {
    expect(take(outside)).toBe('address.refused');
  }
});

describe('client certificates, as a proxy names them', () => {
  const source = custom({
    verify: {
      client_certificate: {
        header: 'X-SSL-Client-S-DN',
        allow: ['CN=billing,O=Example', 'CN=shop,O=Example'],
        verified: { header: 'X-SSL-Client-Verify', value: 'SUCCESS' },
      },
    },
  });
  const headers = {
    'X-SSL-Client-S-DN': 'CN=shop,O=Example',
    'X-SSL-Client-Verify': 'SUCCESS',
  };

  test('a trusted proxy is believed, nobody else', () => {
    expect(outcome(judge(source, { headers, isProxied: true }))).toBe('accepted');
    expect(outcome(judge(source, { headers, isProxied: false }))).toBe('proxy.untrusted');
  });

  test.each([
    [{ ...headers, 'X-SSL-Client-S-DN': 'CN=shop,O=Example2' }, 'proof.mismatch'],
    [{ ...headers, 'X-SSL-Client-Verify': 'FAILED:expired' }, 'proof.mismatch'],
    [{ 'X-SSL-Client-S-DN': 'CN=shop,O=Example' }, 'proof.missing'],
  ])('%j is refused', (sent, code) => {
    expect(outcome(judge(source, { headers: sent, isProxied: true }))).toBe(code);
  });
});

describe('several checks', () => {
  test('all are required: a preset, an address and a token of one’s own', () => {
    const source = custom({
      preset: 'github',
      verify: [{ ip: ['192.30.252.0/22'] }, { token: { query: 'k', key: 'token' } }],
    });
    expect(source.id).toEqual(preset('github').id);
    const headers = {
      'X-Hub-Signature-256': `sha256=${opensslHmac('sha256', 'current', '{}').toString('hex')}`,
    };
    const url = 'https://a.example/webhooks/t?k=tok';
    const parts = { url, headers, body: '{}', clientIp: '192.30.252.1' };
    const keys = { ...KEYS, token: ['tok'] };
    expect(outcome(judge(source, parts, keys))).toBe('accepted');
    expect(outcome(judge(source, { ...parts, clientIp: '192.0.2.1' }, keys))).toBe(
      'address.refused',
    );
    expect(outcome(judge(source, { ...parts, body: '{ }' }, keys))).toBe('proof.mismatch');
    expect(outcome(judge(source, { ...parts, url: `${url}x` }, keys))).toBe('proof.mismatch');
  });

  test('a preset’s tolerance can be changed alone', () => {
    const source = custom({ preset: 'stripe', timestamp: { tolerance: '10s' } });
    expect(source.timestamp).toEqual({ ...preset('stripe').timestamp, toleranceMs: 10_000 });
    const seconds = NOW / 1000;
    const mac = opensslHmac('sha256', 'current', `${seconds}.{}`).toString('hex');
    const parts = { headers: { 'Stripe-Signature': `t=${seconds},v1=${mac}` }, body: '{}' };
    expect(outcome(judge(source, parts, KEYS, NOW + 10_000))).toBe('accepted');
    expect(outcome(judge(source, parts, KEYS, NOW + 11_000))).toBe('time.old');
    expect(() => custom({ preset: 'stripe', timestamp: { tolerance: 'long' } })).toThrow(
      'Expected a duration',
    );
    // Without a preset there is nothing to change.
    expect(() => custom({ verify: { bearer: {} }, timestamp: { tolerance: '10s' } })).toThrow(
      'Expected one of `header`, `query`, `form` or `json`',
    );
  });

  test('one of several is enough; what failed is told for each', () => {
    const source = custom({ verify: { any: [{ bearer: {} }, { token: { header: 'X-Key' } }] } });
    expect(judge(source, { headers: { 'X-Key': 'current' } }, KEYS).is).toBe('accepted');
    expect(judge(source, { headers: { 'X-Key': 'x' } }, KEYS)).toEqual({
      is: 'refused',
      refusal: {
        code: 'proof.mismatch',
        reason:
          'Expected the header Authorization, got none. Or: Expected the header X-Key to be the secret `secret`, got another value.',
      },
    });
  });

  test('an alternative without its secret is none', () => {
    const source = custom({
      verify: { any: [{ bearer: { key: 'a' } }, { token: { header: 'X-Key', key: 'b' } }] },
    });
    const headers = { Authorization: 'Bearer x', 'X-Key': '' };
    expect(outcome(judge(source, { headers }, { b: ['k'] }))).toBe('proof.malformed');
    expect(outcome(judge(source, { headers }, {}))).toBe('key.missing');
  });
});
