import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksOf } from '../../src/source/checks-of.ts';
import type { Source } from '../../src/source/source.ts';
import { verify } from '../../src/source/verify.ts';
import { anyCharacter } from '../any-character.ts';
import { custom, judge, NOW, type Parts, PRESETS, preset, request } from './presets.ts';
import { keysOf, SIGNABLE, signedParts } from './signed.ts';

const SIGNED = SIGNABLE.filter(({ verify: check }) =>
  checksOf(check).some(({ is }) => is === 'signature'),
);

function flip(bytes: Uint8Array, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const index = Math.floor(bit / 8) % flipped.length;
  flipped[index] = (flipped[index] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

function flipText(text: string, bit: number): string {
  return flip(Buffer.from(text, 'latin1'), bit).toString('latin1');
}

describe.each(SIGNED.map((source) => [source.name, source] as const))('%s', (name, source) => {
  const parts = signedParts(source);
  const keys = keysOf(source).verify;
  const headers = parts.headers as readonly string[];
  const bits = { numRuns: 40 };

  test('takes what it signed, or this file would prove nothing', () => {
    expect(judge(source, parts, keys).is).toBe('accepted');
  });

  test('a flipped bit of the body is refused', () => {
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const body = flip(parts.body as Uint8Array, bit);
        const verdict = judge(source, { ...parts, body }, keys);
        // Mailgun signs a time and a token only, and forms have two ways to write the same.
        const isUnsigned =
          name === 'mailgun' || (name === 'twilio' && sameForm(body, parts.body as Uint8Array));
        expect(isUnsigned || verdict.is === 'refused').toBe(true);
      }),
      bits,
    );
  });

  test('a flipped bit of a signature, of the time or of a signed id is refused', () => {
    const covered = new Set(
      [...checksOf(source.verify).flatMap((check) => ('place' in check ? [check.place] : []))]
        .concat(source.timestamp === undefined ? [] : [source.timestamp.place])
        .flatMap((place) => (place.in === 'header' ? place.names : []))
        .map((header) => header.replace('{n}', '1').toLowerCase()),
    );
    const hexHeaders = new Set(
      checksOf(source.verify).flatMap((check) =>
        check.is === 'signature' && check.encoding === 'hex' && check.place.in === 'header'
          ? check.place.names
          : [],
      ),
    );
    const indexes = headers.flatMap((header, index) =>
      index % 2 === 0 && covered.has(header.toLowerCase()) ? [index + 1] : [],
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (pick, bit) => {
        const index = indexes[pick % Math.max(1, indexes.length)];
        if (index === undefined) return; // All in the body: flipped above.
        const sent = headers[index] as string;
        const value = flipText(sent, bit);
        const changed = headers.map((header, at) => (at === index ? value : header));
        const verdict = judge(source, { ...parts, headers: changed }, keys);
        // Hex is the same in upper case.
        const same = hexHeaders.has(headers[index - 1] as string) && isSameHex(value, sent);
        expect(same || verdict.is === 'refused').toBe(true);
      }),
      bits,
    );
  });

  test('a flipped bit of the key is refused', () => {
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const changed = Object.fromEntries(
          Object.entries(keys).map(([role, [key = '']]) => [role, [flipText(key, bit)]]),
        );
        const isSame = Object.entries(changed).every(([role, [key = '']]) =>
          isSameKey(name, key, keys[role]?.[0] ?? ''),
        );
        expect(isSame || judge(source, parts, changed).is === 'refused').toBe(true);
      }),
      bits,
    );
  });
});

/** Whether two texts are one key: hex in upper case, or a public key whose DER OpenSSL reads as the same point. */
function isSameKey(name: string, one: string, other: string): boolean {
  if (['discord', 'discord-events', 'onfleet'].includes(name)) {
    return one.toLowerCase() === other.toLowerCase();
  }
  const point = publicPoint(one);
  return point !== undefined && point === publicPoint(other);
}

/** Of a public key as base64 of its SubjectPublicKeyInfo; of another text, none. */
function publicPoint(text: string): string | undefined {
  const key = Buffer.from(text, 'base64');
  try {
    const { x, y } = createPublicKey({ key, format: 'der', type: 'spki' }).export({
      format: 'jwk',
    });
    return `${x},${y}`;
  } catch {
    return undefined;
  }
}

const TIMED = SIGNED.filter(({ timestamp }) => timestamp?.toleranceMs !== undefined);

test.each(TIMED.map((source) => [source.name, source] as const))(
  '%s: outside of its tolerance it is refused, within it is taken',
  (_, source) => {
    const parts = signedParts(source);
    const tolerance = source.timestamp?.toleranceMs ?? 0;
    const at = (now: number) => judge(source, parts, keysOf(source).verify, now).is;
    for (const sign of [1, -1]) {
      expect(at(NOW + sign * tolerance)).toBe('accepted');
      expect(at(NOW + sign * (tolerance + 1000))).toBe('refused');
    }
  },
);

describe('a flipped bit of what is sent as it is, or of the key that it has to be, is refused', () => {
  const key = 'a1b2c3d4e5f6';
  const basic = `Basic ${Buffer.from(`user:${key}`).toString('base64')}`;
  test.each<[string, Source, string, (text: string) => Parts]>([
    ['gitlab', preset('gitlab'), key, (text) => ({ headers: ['X-Gitlab-Token', text] })],
    [
      'microsoft-graph',
      preset('microsoft-graph'),
      key,
      (clientState) => ({ body: JSON.stringify({ value: [{ clientState }] }) }),
    ],
    ['bearer', custom({ verify: { bearer: {} } }), key, (text) => authorization(`Bearer ${text}`)],
    ['basic', custom({ verify: { basic: { username: 'user' } } }), basic, authorization],
    [
      'query',
      custom({ verify: { token: { query: 'key' } } }),
      key,
      (text) => ({ url: `https://a.example/?key=${encodeURIComponent(text)}` }),
    ],
  ])('%s', (_, source, sent, partsOf) => {
    const keys = { secret: [key] };
    expect(judge(source, partsOf(sent), keys).is).toBe('accepted');
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const changed = flipText(sent, bit);
        // Schemes know no case.
        fc.pre(
          changed.toLowerCase().slice(0, 6) !== 'basic ' || changed.slice(6) !== sent.slice(6),
        );
        expect(judge(source, partsOf(changed), keys).is).toBe('refused');
        expect(judge(source, partsOf(sent), { secret: [flipText(key, bit)] }).is).toBe('refused');
      }),
      { numRuns: 100 },
    );
  });

  function authorization(value: string): Parts {
    return { headers: ['Authorization', value] };
  }
});

/** Whether two texts differ in nothing but the case of the hex digits that they end with. */
function isSameHex(a: string, b: string): boolean {
  const digits = /[0-9a-f]{40,}$/i;
  return a.replace(digits, '') === b.replace(digits, '') && a.toLowerCase() === b.toLowerCase();
}

function sameForm(a: Uint8Array, b: Uint8Array): boolean {
  const text = (bytes: Uint8Array) =>
    [...new URLSearchParams(Buffer.from(bytes).toString())].flat().join('');
  return text(a) === text(b);
}

describe('headers that no sender writes are refused, and told', () => {
  const good = `sha256=${'ab'.repeat(32)}`;
  test.each<[string, readonly string[], string, RegExp]>([
    [
      'github',
      ['X-Hub-Signature-256', good, 'x-hub-signature-256', good],
      'proof.malformed',
      /once, got it 2 times/,
    ],
    [
      'github',
      ['X-Hub-Signature-256', `sha256=${'ab'.repeat(9000)}`],
      'proof.malformed',
      /at most 8192 characters/,
    ],
    ['github', ['X-Hub-Signature-256', 'sha256=xyz'], 'proof.malformed', /a signature in hex/],
    [
      'github',
      ['X-Hub-Signature-256', `sha256=${'ab'.repeat(31)}`],
      'proof.mismatch',
      /hmac-sha256 of `\{body\}`/,
    ],
    [
      'github',
      ['X-Hub-Signature-256', 'ab'.repeat(32)],
      'proof.malformed',
      /with `sha256=…`, got another form/,
    ],
    ['github', ['X-Hub-Signature-256', ''], 'proof.malformed', /got another form/],
    ['shopify', ['X-Shopify-Hmac-Sha256', 'AA*A'], 'proof.malformed', /a signature in base64/],
    [
      'pagerduty',
      ['X-PagerDuty-Signature', 'v1=ab,'.repeat(101)],
      'proof.malformed',
      /at most 100 items/,
    ],
    [
      'stripe',
      ['Stripe-Signature', `v1=${'ab'.repeat(32)}`],
      'proof.malformed',
      /`t=…` in a list separated by `,`/,
    ],
    [
      'stripe',
      ['Stripe-Signature', `t=1e9,v1=${'ab'.repeat(32)}`],
      'proof.mismatch',
      /hmac-sha256/,
    ],
    [
      'slack',
      ['X-Slack-Signature', `v0=${'ab'.repeat(32)}`],
      'time.missing',
      /X-Slack-Request-Timestamp, got none/,
    ],
  ])('%s: %j', (name, headers, code, reason) => {
    const verdict = judge(PRESETS.get(name)!, { headers, body: '{}' }, { secret: ['s'] });
    expect(verdict).toEqual({
      is: 'refused',
      refusal: { code, reason: expect.stringMatching(reason) },
    });
  });
});

/** A source with every check that no preset has. */
const EVERYTHING = custom({
  verify: {
    any: [
      { bearer: {} },
      { basic: { username: 'user' } },
      { token: { form: 'key' } },
      { jwt: { header: 'Authorization', algorithm: 'HS256', audience: 'a' } },
      { jwt: { query: 'challenge', algorithm: 'RS256' } },
      { jwt: { json: 'value', algorithm: 'ES256' } },
      {
        all: [
          { digest: { header: 'X-Digest', algorithm: 'sha512', encoding: 'base64' } },
          { client_certificate: { header: 'X-Subject', allow: ['CN=a'] } },
        ],
      },
      {
        signature: { header: 'X-{n}', algorithm: 'rsa-sha1', content: '{pairs:a,b}{json:a[*].b}' },
      },
    ],
  },
  timestamp: { query: 'challenge', unit: 'iso', tolerance: '1m' },
  id: [{ all: [{ json: 'value[*].id' }, { form: 'id' }, 'body'] }, { header: 'X-Digest' }],
});

describe('whatever a request is, a source has a verdict', () => {
  const names = [EVERYTHING, ...PRESETS.values()].flatMap(({ verify: check, timestamp, id }) =>
    [
      ...checksOf(check).flatMap((one) => ('place' in one ? [one.place] : [])),
      ...(timestamp === undefined ? [] : [timestamp.place]),
      ...id.flat().filter((part) => part !== 'body'),
    ].flatMap((place) => (place.in === 'header' ? place.names : [])),
  );
  const value = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: anyCharacter, maxLength: 60 }),
    fc.constantFrom(
      ...['t=1,v1=', 't=1', ',,,,', 'v1,=', '=', 'sha256=', 'sha256=zz', 'v0=', 'ts=;h1=;;'],
      ...[
        'Bearer a.b.c',
        'Basic ====',
        'v1,'.repeat(200),
        'a'.repeat(9000),
        '-1',
        '1e9',
        '9'.repeat(30),
      ],
    ),
  );
  const header = fc.tuple(
    fc.oneof(fc.constantFrom(...names, 'Content-Type', 'User-Agent'), fc.string({ maxLength: 20 })),
    value,
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .constantFrom(
        ...['{"Type":"SubscriptionConfirmation","TopicArn":{}}', '{"type":"url_verification"}'],
        ...['{"event":"endpoint.url_validation","payload":[]}', '[[[[', 'null', '{"__proto__":1}'],
        ...[
          '{"value":[{"clientState":1},{}]}',
          'webhook_id=7',
          '{"signature":{"timestamp":1e400}}',
        ],
      )
      .map((text) => Buffer.from(text)),
  );
  const sent = fc.record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', ''),
    url: fc.oneof(
      fc.constant('https://a.example/?validationToken=%00%ff&challenge=x&hub.mode=subscribe'),
      fc.string(),
    ),
    headers: fc.array(header, { maxLength: 8 }).map((pairs) => pairs.flat()),
    body,
    clientIp: fc.constantFrom('192.0.2.1', '', '::1', 'nonsense'),
  });

  const sources = [['everything', EVERYTHING] as const, ...PRESETS];
  test.each(sources)('%s', (_, source) => {
    const keys = keysOf(source).verify;
    fc.assert(
      fc.property(sent, (parts) => {
        const verdict = verify(source, request(parts), keys, NOW);
        expect(['accepted', 'handshake', 'refused', 'fetch']).toContain(verdict.is);
        // Nothing is taken by chance where there is something to prove.
        expect(verdict.is === 'accepted' && source.verify !== undefined).toBe(false);
        const said = JSON.stringify(verdict);
        for (const [key = ''] of Object.values(keys)) expect(said).not.toContain(key);
      }),
      { numRuns: 60 },
    );
  });
});
