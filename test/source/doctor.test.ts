import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose, diagnosing } from '../../src/source/doctor/diagnose.ts';
import type { Keys } from '../../src/source/source.ts';
import { custom, NOW, opensslHmac, type Parts, PRESETS, preset, request } from './presets.ts';
import { keysOf, SIGNABLE, signedParts } from './signed.ts';

const SECRET = 'the-current-secret-7c1f';
const KEYS = { secret: [SECRET] };

function hex(body: string | Uint8Array, secret = SECRET): string {
  return opensslHmac('sha256', secret, body).toString('hex');
}

function github(signedBody: string | Uint8Array, more: Parts = {}, secret = SECRET): Parts {
  const headers = { 'X-Hub-Signature-256': `sha256=${hex(signedBody, secret)}` };
  return { headers, body: signedBody, ...more };
}

function codes(name: string, parts: Parts, keys: Keys = KEYS, oldKeys: Keys = {}): string[] {
  const known = { presets: PRESETS, oldKeys };
  return diagnose(preset(name), request(parts), keys, NOW, known).findings.map(({ code }) => code);
}

const JSON_BODY = '{"b":{"x":1},"a":"é/<"}';

test('a request that passes has nothing to be said of', () => {
  expect(codes('github', github('{}'))).toEqual([]);
});

test('what is said is plain, says what to do, and accepts nothing', () => {
  const parts = github('{"a":1}', { body: '{"a":1}\n' });
  const { verdict, findings } = diagnose(preset('github'), request(parts), KEYS, NOW, {
    presets: PRESETS,
  });
  expect(verdict.is).toBe('refused');
  expect(findings[0]).toEqual({
    code: 'body.newline_added',
    says: 'The body has a line end that was not signed.',
    next: 'Look for what adds or takes it away: an editor, `curl -d @file`, `echo`, or a proxy.',
  });
});

describe('bodies that changed on the way', () => {
  test.each([
    ['body.newline_lost', '{"a":1}\n', '{"a":1}'],
    ['body.newline_lost', '{"a":1}\r\n', '{"a":1}'],
    ['body.trimmed', '{"a":1}', '  {"a":1}  '],
    ['body.line_ends', '{\r\n"a":1}', '{\n"a":1}'],
    ['body.line_ends', '{\n"a":1}', '{\r\n"a":1}'],
    ['body.mark', '{"a":1}', '\uFEFF{"a":1}'],
    ['body.empty', '', JSON_BODY],
    ['body.json', JSON.stringify({ b: { x: 1 }, a: 'é/<' }, null, 2), JSON_BODY],
    ['body.json', JSON.stringify({ b: { x: 1 }, a: 'é/<' }, null, 4), JSON_BODY],
    ['body.json', JSON_BODY, '{"b": {"x": 1}, "a": "é/<"}'],
    ['body.json', '{"b": {"x": 1}, "a": "é/<"}', JSON_BODY],
    ['body.json', '{"b": {"x": 1}, "a": "\\u00e9/<"}', JSON_BODY], // Python's json.dumps
    ['body.json', '{"b":{"x":1},"a":"\\u00e9\\/<"}', JSON_BODY], // PHP's json_encode
    ['body.json', '{"b":{"x":1},"a":"é/\\u003c"}', JSON_BODY], // Go's json.Marshal
    ['body.json', '{"a":"é/<","b":{"x":1}}', JSON_BODY], // sorted keys
  ])('%s: signed %j, arrived %j', (code, signed, arrived) => {
    expect(codes('github', github(signed, { body: arrived }))).toContain(code);
  });

  test('a body encoded twice', () => {
    const twice = Buffer.from(Buffer.from('é').toString('latin1'));
    expect(codes('github', github('é', { body: twice }))).toContain('body.charset');
  });
});

describe('secrets', () => {
  test.each([
    ['key.blanks', SECRET, `${SECRET}\n`],
    ['key.blanks', SECRET, ` ${SECRET} `],
    ['key.newline', `${SECRET}\n`, SECRET],
    ['key.quotes', SECRET, `"${SECRET}"`],
    ['key.name', SECRET, `WEBHOOK_SECRET=${SECRET}`],
    ['key.html', 'a&b', 'a&amp;b'],
    ['key.hex', '\u0001\u0002', '0102'],
    ['key.base64', 'abc', Buffer.from('abc').toString('base64')],
  ])('%s: signed with %j, stored %j', (code, signing, stored) => {
    expect(codes('github', github('{}', {}, signing), { secret: [stored] })).toContain(code);
  });

  test('`whsec_` kept or taken off, decoded or not', () => {
    const encoded = Buffer.from('a key of thirty-two bytes length').toString('base64');
    const take = (key: string, stored = `whsec_${encoded}`) => {
      const signature = opensslHmac('sha256', key, `m.${NOW / 1000}.{}`).toString('base64');
      const headers = {
        'webhook-id': 'm',
        'webhook-timestamp': String(NOW / 1000),
        'webhook-signature': `v1,${signature}`,
      };
      return codes('standard-webhooks', { headers, body: '{}' }, { secret: [stored] });
    };
    expect(take(`whsec_${encoded}`)).toContain('key.utf8');
    expect(take(encoded)).toContain('key.prefix');
    expect(take('a key of thirty-two bytes length')).toEqual([]);
    const stripe = `whsec_${encoded}`;
    const mac = hex(`${NOW / 1000}.{}`, 'a key of thirty-two bytes length');
    const headers = { 'Stripe-Signature': `t=${NOW / 1000},v1=${mac}` };
    expect(codes('stripe', { headers, body: '{}' }, { secret: [stripe] })).toContain('key.whsec');
  });

  test('one that a rotation has ended', () => {
    const parts = github('{}', {}, 'the-old-one');
    expect(codes('github', parts, KEYS, { secret: ['the-old-one'] })).toContain('key.previous');
    expect(codes('github', parts)).toEqual(['unexplained']);
  });

  test('two mistakes at once', () => {
    const parts = github('{"a":1}', { body: '{"a": 1}\n' });
    expect(codes('github', parts, { secret: [`${SECRET}\n`] })).toEqual([
      'key.blanks',
      'body.json',
    ]);
  });
});

describe('how and where the signature is written', () => {
  test.each([
    ['signature.base64', { 'X-Hub-Signature-256': `sha256=${base64('{}')}` }],
    ['signature.prefix', { 'X-Hub-Signature-256': hex('{}') }],
    ['signature.header', { 'X-Signature': hex('{}') }],
    ['signature.header', { 'X-Hub-Signature': `sha256=${hex('{}')}` }],
  ])('%s: %j', (code, headers) => {
    expect(codes('github', { headers, body: '{}' })).toContain(code);
  });

  test('another algorithm, and other content', () => {
    const sha512 = opensslHmac('sha512', SECRET, '{}').toString('hex');
    const headers = { 'X-Hub-Signature-256': `sha256=${sha512}` };
    expect(codes('github', { headers, body: '{}' })).toContain('algorithm.hmac-sha512');
    const parts = {
      headers: { 'X-Slack-Request-Timestamp': '1', 'X-Slack-Signature': `v0=${hex('1.{}')}` },
      body: '{}',
    };
    expect(codes('slack', parts)).toContain('content');
  });

  test('the sender is another than the source says', () => {
    expect(codes('shopify', github('{}'))).toContain('preset.github');
    expect(codes('github', github('{}', {}, 'unknown'))).toEqual(['unexplained']);
    const { findings } = diagnose(
      preset('shopify'),
      request(github('{}', {}, 'unknown')),
      KEYS,
      NOW,
      { presets: PRESETS },
    );
    expect(findings[0]?.says).toContain('github');
  });
});

describe('signed URLs', () => {
  const take = (signed: string, known: string, headers: Readonly<Record<string, string>> = {}) => {
    const signature = opensslHmac('sha256', SECRET, `${signed}{}`).toString('base64');
    const all = { ...headers, 'x-square-hmacsha256-signature': signature };
    return codes('square', { url: known, headers: all, body: '{}' });
  };
  test.each([
    ['url.scheme', 'https://a.example/w?x=1', 'http://a.example/w?x=1', {}],
    ['url.port', 'https://a.example/w', 'https://a.example:8420/w', {}],
    ['url.port', 'https://a.example:443/w', 'http://a.example/w', {}],
    ['url.host', 'https://public.example/w', 'http://10.0.0.1:8420/w', { Host: 'public.example' }],
    ['url.slash', 'https://a.example/w/', 'https://a.example/w', {}],
    ['url.query', 'https://a.example/w', 'https://a.example/w?x=1', {}],
    ['url.decoded', 'https://a.example/w?x=a b', 'https://a.example/w?x=a%20b', {}],
  ] as const)('%s: signed %s, known as %s', (code, signed, known, headers) => {
    expect(take(signed, known, headers)).toContain(code);
  });

  test('a header that is no host is not shown', () => {
    const forged = take('https://a.example/', 'https://b.example/', { Host: 'a\u001b[2J' });
    expect(forged).toEqual(['unexplained']);
  });
});

test('a clock that is wrong, or a request sent again later', () => {
  const source = preset('stripe');
  const parts = signedParts(source);
  const keys = keysOf(source).verify;
  const late = diagnose(source, request(parts), keys, NOW + 3_600_000, { presets: PRESETS });
  expect(late.findings).toEqual([
    {
      code: 'time',
      says: 'The proof is right, only the time is not. Expected a request sent within 5m, got one sent 1h ago.',
      next: expect.stringContaining('date -u'),
    },
  ]);
});

test('no secret is ever said, whatever is wrong', () => {
  const mistakes = fc.constantFrom<(parts: Parts) => Parts>(
    (parts) => ({ ...parts, body: Buffer.concat([parts.body as Uint8Array, Buffer.from('\n')]) }),
    (parts) => ({ ...parts, headers: [] }),
    (parts) => ({ ...parts, url: 'http://other.example/?a=1' }),
    (parts) => ({
      ...parts,
      headers: (parts.headers as string[]).map((text) => text.slice(0, 40)),
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...SIGNABLE), mistakes, fc.boolean(), (source, spoil, isOld) => {
      const parts = spoil(signedParts(source));
      const keys = keysOf(source).verify;
      const padded = Object.fromEntries(
        Object.entries(keys).map(([role, [key]]) => [role, [`"${key}"\n`]]),
      );
      const said = diagnose(source, request(parts), isOld ? {} : padded, NOW, {
        presets: PRESETS,
        oldKeys: isOld ? keys : {},
      });
      const text = JSON.stringify(said);
      for (const [key = ''] of Object.values(keys)) expect(text).not.toContain(key);
      if (said.verdict.is !== 'refused') expect(said.findings).toEqual([]);
      else expect(said.findings.length).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});

test('a handshake that is refused is explained as well; one that is unsigned explains nothing', () => {
  const body = '{"type":"url_verification","challenge":"x"}';
  const headers = {
    'X-Slack-Request-Timestamp': String(NOW / 1000),
    'X-Slack-Signature': `v0=${hex(`v0:${NOW / 1000}:${body}`)}`,
  };
  expect(codes('slack', { headers, body }, { secret: [`${SECRET}\n`] })).toEqual(['key.blanks']);
  const url = 'https://a.example/?challenge=x&check=x&validationToken=x';
  expect(codes('slack', { url, body: '{}' })).toEqual(['unexplained']);
});

test('where no signature came, the secret is not to blame', () => {
  const [finding] = diagnose(preset('github'), request({ body: '{}' }), KEYS, NOW, {
    presets: PRESETS,
  }).findings;
  expect(finding).toEqual({
    code: 'unexplained',
    says: 'The request has no signature where the source looks for one, so that no secret would do.',
    next: 'Most likely no secret is set at the sender, or a stranger called. Else something on the way takes the header away.',
  });
});

test('whatever a request is, the doctor has an answer', () => {
  const text = fc.string({ maxLength: 40 });
  const parts = fc.record({
    url: fc.oneof(fc.webUrl(), text),
    headers: fc.array(fc.oneof(fc.constantFrom('Host', 'X-Hub-Signature-256', 'T'), text), {
      maxLength: 8,
    }),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((json) => Buffer.from(json)),
    ),
  });
  fc.assert(
    fc.property(fc.constantFrom('github', 'square', 'twilio', 'discord'), parts, (name, sent) => {
      expect(codes(name, sent, keysOf(preset(name)).verify).length).toBeGreaterThan(0);
    }),
    { numRuns: 30 },
  );
});

/** As large as the body of a refused request that is kept. */
const KEPT = 128 * 1024;

test.each([
  ['line ends before its last character', `${'\n'.repeat(KEPT - 1)}x`],
  ['lists inside each other', nested(2000)],
  ['blanks', `${' '.repeat(KEPT - 1)}x`],
])('a body that is made to hold the doctor up does not: %s', (_, body) => {
  expect(codes('github', { headers: { 'X-Hub-Signature-256': 'sha256=00' }, body })).toEqual([
    'unexplained',
  ]);
});

/** Numbers in the innermost of so many lists: indented, a thousand times as large. */
function nested(depth: number): string {
  const numbers = '1,'.repeat((KEPT - 2 * depth) / 2 - 1);
  return `${'['.repeat(depth)}${numbers}1${']'.repeat(depth)}`;
}

test('between two mistakes that it tries the doctor lets others work', () => {
  const parts = github('{"a":1}', { body: '{"a":2}' });
  const work = diagnosing(preset('github'), request(parts), KEYS, NOW, { presets: PRESETS });
  let turns = 0;
  while (work.next().done !== true) turns++;
  expect(turns).toBeGreaterThan(PRESETS.size);
});

test('a source without signatures is diagnosed too', () => {
  const source = custom({ verify: { token: { header: 'X-Key' } } });
  const take = (stored: string) =>
    diagnose(source, request({ headers: { 'X-Key': SECRET } }), { secret: [stored] }, NOW, {
      presets: PRESETS,
    }).findings.map(({ code }) => code);
  expect(take(`${SECRET}\n`)).toEqual(['key.blanks']);
  expect(take('other')).toEqual(['unexplained']);
});

function base64(body: string): string {
  return opensslHmac('sha256', SECRET, body).toString('base64');
}
