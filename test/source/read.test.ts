import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic.ts';
import { readSourceFile, SourceFiles } from '../../src/package/source-files.ts';
import { unsignedTime } from '../../src/source/checks-of.ts';
import { readSource } from '../../src/source/read/source.ts';
import { presetTables } from '../../src/source/reference.ts';
import { PRESETS } from './presets.ts';

function mistakes(text: string): string[] {
  const { diagnostics } = readSourceFile({ file: 'a.yaml', text }, PRESETS);
  return diagnostics.map(({ line, column, code, message, hint }) =>
    [`${line}:${column} ${code}: ${message}`, hint].filter(Boolean).join(' | '),
  );
}

test('everything that ships is read without mistakes', async () => {
  const files = new SourceFiles(['sources']);
  const names = await files.names();
  expect(names).toHaveLength(48);
  for (const name of names) {
    const read = await files.get(name);
    expect(read?.diagnostics).toEqual([]);
    expect(read?.source).toMatchObject({ name, docs: expect.stringMatching(/^https:\/\//) });
    expect(read?.source?.description).not.toBe('');
    expect(read?.source && unsignedTime(read.source), name).toBeUndefined();
  }
});

test('senders that take 200 alone for an answer are acknowledged so, and not sent again', () => {
  for (const name of ['mailgun', 'lemon-squeezy', 'docusign', 'xero', 'woocommerce', 'onfleet']) {
    expect(PRESETS.get(name)?.acknowledge, name).toEqual({ status: 200 });
  }
});

test('every mistake is told at once, with its place and what was meant', () => {
  const text = `source: My Sender
descripton: x
keys:
  secret: The secret
verify:
  any:
    - signature:
        headr: X-Signature
        algorithm: sha256
        encoding: hexx
        content: "{timestamp}.{bdy}"
    - token: { header: X-Key, query: key, key: tokn }
    - bearr: {}
    - ip: 10.0.0.0/33
    - jwt: { algorithm: none }
timestamp: { header: X-Time, unit: sec, tolerance: 5 minutes }
handshakes:
  - name: hello
    when: { query: challenge }
    answer: { text: { query: challenge }, status: 500 }
`;
  expect(mistakes(text)).toEqual([
    '1:9 value.invalid: Expected a name of lower-case letters, digits and -, got `My Sender`',
    expect.stringMatching(/^2:1 key\.unknown: .*got `descripton` \| Did you mean "description"\?$/),
    '8:9 value.invalid: Expected one of `header`, `query`, `form` or `json`, got none',
    expect.stringMatching(/^8:9 key\.unknown: .*got `headr` \| Did you mean "header"\?$/),
    '9:20 value.invalid: Expected `hmac-sha1`, `hmac-sha256`, `hmac-sha384`, `hmac-sha512`, `ed25519`, `ecdsa-p256-sha256`, `rsa-sha1` or `rsa-sha256`, got `sha256`',
    '10:19 value.invalid: Expected `hex`, `base64` or `base64url`, got `hexx` | Did you mean "hex"?',
    expect.stringMatching(
      /^11:18 value\.invalid: Expected a known part, got `\{bdy\}` \| Parts are /,
    ),
    '12:38 value.invalid: Expected one of `header`, `query`, `form` or `json`, got `query` beside `header`',
    expect.stringMatching(/^13:7 key\.unknown: .*got `bearr` \| Did you mean "bearer"\?$/),
    '14:11 value.invalid: Expected ranges such as 192.0.2.0/24 or 2001:db8::/32, got `10.0.0.0/33`',
    '15:25 value.invalid: Expected `HS256`, `RS256` or `ES256`, got `none`',
    '16:36 value.invalid: Expected `s`, `ms` or `iso`, got `sec`',
    '16:52 value.invalid: Expected a duration such as `300s` or `5m`, got `5 minutes`',
    '18:5 value.invalid: Expected the key `signed`, got a map without it',
    '19:13 value.invalid: Expected one of `equals`, `contains` or `is`, got none or several',
    '20:51 value.invalid: Expected a whole number from 200 to 299, got `500`',
  ]);
});

test('a mistake is shown with its line and a caret', () => {
  const text = 'source: a\nverify:\n  bearrer: {}\n';
  const { diagnostics } = readSourceFile({ file: 'a.yaml', text }, PRESETS);
  expect(formatDiagnostic(diagnostics[0]!, text)).toBe(
    [
      'a.yaml:3:3 error key.unknown: Expected `signature`, `token`, `bearer`, `basic`, `digest`, `jwt`, `client_certificate`, `ip`, `all` or `any`, got `bearrer`',
      '3 |   bearrer: {}',
      '  |   ^^^^^^^',
      '  = Did you mean "bearer"?',
    ].join('\n'),
  );
});

test.each([
  ['source: a\n', 'Expected `verify`, a `preset`, or `unsigned` with a reason, got none'],
  ['verify: { bearer: {} }\n', 'Expected the key `source`, got a map without it'],
  [
    'source: a\nverify: { bearer: {} }\nhandshakes: { name: h, when: [], signed: true, answer: {} }\n',
    'Expected `when` with a condition, got none',
  ],
  [
    'source: a\nverify: { bearer: {} }\nhandshakes: { name: h, when: { json: a, is: present }, signed: true, answer: { text: x, type: a/b } }\n',
    'Expected `type` of an empty answer, got one beside `json` or `text`',
  ],
  [
    `source: a\nverify: { bearer: {} }\nid: [${'{ header: X-Id }, '.repeat(21)}]\n`,
    'Expected a list of at most 20 items, got 21',
  ],
  [
    'source: a\nverify: { digest: { header: X-Digest } }\n',
    'Expected a check that proves who calls, got only a digest, which anybody can make',
  ],
  [
    'source: a\nverify: { any: [ { bearer: {} }, { digest: { header: D } } ] }\n',
    'Expected a check that proves who calls, got only a digest, which anybody can make',
  ],
  [
    'source: a\nverify: { signature: { header: S, algorithm: ed25519, content: "{timestamp}{body}" } }\n',
    'Expected `timestamp`, which `content` names, got none',
  ],
  [
    'source: a\nverify: { signature: { header: S, algorithm: ed25519, content: "{id}{body}" } }\n',
    'Expected `id` with one place, which `content` names, got none',
  ],
  [
    'source: a\nkeys: { secret: x }\nverify: { bearer: { key: secrt } }\n',
    'Expected the role `secrt` that a check names, got no such key',
  ],
  ['preset: githb\n', 'Expected the name of a preset, got `githb`'],
  ['source: a\nverify: []\n', 'Expected a list of 1 to 20 checks, got another value'],
  [
    'source: a\nverify: { any: [ { any: [ { any: [ { any: [ { any: [ { bearer: {} } ] } ] } ] } ] } ] }\n',
    'Expected at most 4 lists inside each other, got more',
  ],
  ['', 'Expected a source, got an empty file'],
  ['- a\n', 'Expected a map, got a list'],
])('%j is told: %s', (text, message) => {
  expect(mistakes(text).join('\n')).toContain(message);
});

test('a preset that there is none of is one mistake, with the one that was meant', () => {
  const read = readSource({ preset: 'githib' }, PRESETS);
  expect(read.ok ? [] : read.mistakes.map(({ message, hint }) => [message, hint])).toEqual([
    ['Expected the name of a preset, got `githib`', 'Did you mean "github"?'],
  ]);
});

test('a source may build on a preset, and change what it says', () => {
  const read = readSource(
    { preset: 'stripe', source: 'stripe-slow', timestamp: { header: 'T', unit: 'ms' } },
    PRESETS,
  );
  expect(read).toMatchObject({
    ok: true,
    source: { name: 'stripe-slow', timestamp: { unit: 'ms' }, verify: { is: 'signature' } },
  });
});

test('an operator’s own file adds a sender, and replaces one that ships', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hookwright-sources-'));
  const write = (file: string, text: string) => writeFile(join(dir, file), text);
  try {
    await write('acme.yaml', 'source: acme\ndescription: A\nverify: { token: { header: X-A } }\n');
    await write('a-built.yml', 'source: a-built\npreset: acme # on another\n');
    await write('github.yaml', 'source: github\nverify: { bearer: {} }\n');
    await write('mine.yaml', 'preset: github\nsource: mine\nverify: { ip: 192.0.2.1 }\n');
    await write('other.yaml', 'source: another\nverify: { bearer: {} }\n');
    await write('lost.yaml', 'source: lost\npreset: githib\n');
    await write('circle.yaml', 'source: circle\npreset: circle\n');
    await write('jira.yaml', 'source: jira\npreset: jira\nverify: { ip: 192.0.2.1 }\n');
    await write('.hidden.yaml', 'nonsense');
    const files = new SourceFiles(['sources', dir]);
    const source = async (name: string) => (await files.get(name))?.source;
    const told = async (name: string) =>
      (await files.get(name))?.diagnostics.map(({ message, hint }) => `${message}. ${hint ?? ''}`);
    expect(await source('a-built')).toMatchObject({ description: 'A', verify: { is: 'token' } });
    expect((await source('github'))?.verify).toEqual({ is: 'bearer', key: 'secret' });
    expect((await source('mine'))?.verify).toEqual({
      is: 'all',
      of: [
        { is: 'bearer', key: 'secret' },
        { is: 'ip', ranges: ['192.0.2.1'] },
      ],
    });
    expect(await told('other')).toEqual([
      'Expected the name of its file, `other`, got `another`. ',
    ]);
    expect(await told('lost')).toEqual([
      'Expected the name of a preset, got `githib`. Did you mean "github"?',
    ]);
    expect(await told('circle')).toEqual(['Expected the name of a preset, got `circle`. ']);
    expect((await source('jira'))?.verify).toMatchObject({
      is: 'all',
      of: [{ is: 'signature' }, { is: 'ip' }],
    });
    expect(await files.get('nobody')).toBeUndefined();
    expect(await files.names()).toHaveLength(48 + 6);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('a folder that is not there is told', async () => {
  await expect(new SourceFiles(['/nowhere/at/all']).names()).rejects.toMatchObject({
    code: 'config.invalid',
  });
});

test('whatever the values are, reading gives a source or mistakes', () => {
  const leaf = fc.oneof(
    fc.constantFrom(...['X-A', '{body}', 'hmac-sha256', 'hex', '5m', 's', 'github', true, 7, null]),
    fc.string({ maxLength: 8 }),
  );
  const key = fc.constantFrom(
    ...['source', 'preset', 'verify', 'signature', 'token', 'header', 'json', 'any', 'all', 'ip'],
    ...[
      'handshakes',
      'when',
      'answer',
      'text',
      'hmac',
      'timestamp',
      'unit',
      'id',
      'keys',
      'sample',
    ],
    ...[
      'algorithm',
      'content',
      'certificate',
      'hosts',
      'jwt',
      'acknowledge',
      'status',
      '__proto__',
    ],
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(value, (from) => {
      const read = readSource(from, PRESETS);
      expect(read.ok || read.mistakes.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('the documentation’s tables are those of the sources', async () => {
  const page = await readFile('docs/sources.md', 'utf8');
  expect(page).toContain(presetTables([...PRESETS.values()]));
});

test('every source that the documentation shows is one', async () => {
  const page = await readFile('docs/sources.md', 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples).toHaveLength(4);
  for (const text of examples) expect(mistakes(text)).toEqual([]);
});

test('what no header can hold is a mistake, and a method is one in either case', () => {
  const text = `source: typed
verify: { bearer: {} }
handshakes:
  - { name: hello, method: get, when: { query: q, is: present }, signed: false, answer: { type: "a\\nb" } }
acknowledge: { status: 200, type: "text/plain; charset=ü" }
sample: { headers: { X Team: core, X-Team: "a\\nb" } }
`;
  expect(mistakes(text)).toEqual([
    expect.stringMatching(
      /^4:\d+ value\.invalid: Expected a media type such as `text\/plain`, got/,
    ),
    expect.stringMatching(
      /^5:\d+ value\.invalid: Expected a media type such as `text\/plain`, got/,
    ),
    expect.stringMatching(/^6:\d+ key\.unknown: Expected a header name .*, got `X Team`/),
    expect.stringMatching(/^6:\d+ value\.invalid: Expected one line of Latin letters, got/),
  ]);
  const read = readSource(
    {
      source: 'hello',
      verify: { bearer: {} },
      handshakes: {
        ...{ name: 'hello', method: 'get', signed: false, answer: {} },
        when: { query: 'q', is: 'present' },
      },
    },
    PRESETS,
  );
  expect(read.ok && read.source.handshakes[0]?.when.method).toBe('GET');
});

test('a preset that there is none of is the one mistake of a webhook that names it', () => {
  const read = readSource({ preset: 'gitub' }, PRESETS);
  expect(read.ok ? [] : read.mistakes.map(({ message, hint }) => [message, hint])).toEqual([
    ['Expected the name of a preset, got `gitub`', 'Did you mean "github"?'],
  ]);
});
