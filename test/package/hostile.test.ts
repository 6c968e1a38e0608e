import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readPackage } from '../../src/package/read/package.ts';
import { sealPackage } from '../../src/package/seal/sign.ts';
import { documentJson } from '../../src/package/write/document.ts';
import { HEAD, HOOK, read, readFolder, records, said } from './told.ts';

describe('a document', () => {
  test('of 100 MB is refused before it is decoded', () => {
    const bytes = Buffer.alloc(100 * 1024 * 1024, '[');
    const begun = process.memoryUsage().rss;
    expect(said(readPackage(bytes, 'p'))).toEqual([
      'p:1:1 package.too_large: Expected at most 8MB, got 104857600 bytes',
    ]);
    expect(process.memoryUsage().rss - begun).toBeLessThan(50 * 1024 * 1024);
  });

  test('that nests too deep is refused, in a process that lives on', () => {
    // In a process of its own: what is feared is an abort, which no test could tell of.
    const script = `
      import { readPackage } from './dist/package/read/package.js';
      const bombs = [
        '{"package":"a","x":' + '['.repeat(2e6) + ']'.repeat(2e6) + '}',
        'package: a\\nx: ' + '['.repeat(1e5),
        'package: a\\n' + Array.from({ length: 1500 }, (_, i) => ' '.repeat(i) + 'x:').join('\\n'),
        'package: a\\nx: ' + '{a: '.repeat(5e4),
        'package: a\\nx:\\n  ' + '- '.repeat(5e4),
      ];
      for (const bomb of bombs) console.log(readPackage(Buffer.from(bomb), 'p').diagnostics[0].code);`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(out.split('\n')).toEqual([
      'json.too_deep',
      'yaml.too_deep',
      'yaml.too_deep',
      'package.too_large',
      'yaml.too_deep',
      '',
    ]);
  });

  test('with very many values is refused before they fill the memory', () => {
    expect(read(`{"package":"a","x":[${'[],'.repeat(1e6)}[]]}`)[0]).toMatch(
      /json.too_many: Expected at most 200000 values/,
    );
    expect(read(`package: a\nx:\n${'- a\n'.repeat(1e6)}`)[0]).toMatch(
      /package.too_large: Expected at most 200000 values/,
    );
  });

  test('with aliases, anchors, merge keys or tags is refused, each at its place', () => {
    const text = `package: &a shop
version: 1.0.0
description: *a
license: !!str MIT
configure: { <<: { prompts: [] } }
records: []
`;
    expect(read(text)).toEqual([
      'p:1:13 yaml.alias: Expected a value, got an anchor',
      'p:3:14 yaml.alias: Expected a value, got an alias',
      'p:4:16 yaml.tag: Expected a value without a tag, got one',
      'p:5:14 yaml.alias: Expected a value, got a merge key',
    ]);
  });

  test('with prototype keys is read as any other, and changes nothing', () => {
    const text = `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {}}, "package": "shop",
      "version": "1.0.0", "records": [{"file": "a.yaml", "record": {"kind": "hook", "name": "a", "__proto__": {"polluted": 1}}}],
      "configure": {"prompts": [{"key": "__proto__", "type": "text"}, {"key": "constructor", "type": "text", "default": "x"}]}}`;
    expect(read(text).map((line) => line.replace(/Expected .*, got/, 'got'))).toEqual([
      'p:1:2 key.unknown: got `__proto__`',
      'p:1:32 key.unknown: got `constructor`',
      'p:3:41 package.key: got `__proto__`, which has a meaning of its own',
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('with a value of a wrong type anywhere tells each', () => {
    const document = {
      package: 7,
      version: ['1.0.0'],
      description: { a: 1 },
      requires: 'latest please',
      configure: { prompts: [{ key: 'a-b' }, 'x', { key: 'c', type: 'choice' }], placeholders: {} },
      exclude: [{ record: 'a' }],
      records: [
        1,
        { text: HOOK },
        { uid: 'a', text: 5 },
        { uid: 'b', text: '- a' },
        { uid: 'c', kind: 'bot', text: HOOK },
      ],
      original: { file: '../x', text: 'a' },
      digest: 'abc',
      signature: { key: 'a', value: 'b' },
    };
    expect(read(document).map((line) => line.replace(/: Expected .*/, ''))).toEqual([
      ...['p:2:13 value.type', 'p:3:13 value.type', 'p:6:17 value.type'],
      ...['p:9:14 package.requires', 'p:13:12 value.invalid', 'p:15:4 value.type'],
      ...['p:17:5 key.missing', 'p:21:19 value.type', 'p:25:4 key.conflict', 'p:25:4 key.missing'],
      ...['p:29:3 value.type', 'p:31:4 key.missing', 'p:35:12 value.type', 'p:43:12 value.invalid'],
      ...['p:48:11 value.invalid', 'p:51:12 value.invalid', 'p:53:10 value.invalid'],
      ...['p:54:12 value.invalid', 'p#b.yaml:1:1 value.type'],
    ]);
  });

  test('with more records than a person could look through is refused', () => {
    const many = Array.from({ length: 1001 }, (_, index) => ({ uid: `r${index}`, text: HOOK }));
    expect(read(records(...many))).toEqual([
      'p:4:13 package.too_large: Expected at most 1000 items in `records`, got 1001',
    ]);
  });

  test('whose digest or signature is not its own is refused', () => {
    const pkg = readPackage(
      Buffer.from(JSON.stringify(records({ uid: 'a', text: HOOK }))),
      'p',
    ).package;
    const text = documentJson(pkg as never, sealPackage(pkg as never));
    expect(read(text)).toEqual([]);
    expect(read(text.replace('name: a', 'name: b'))).toEqual([
      expect.stringMatching(
        /^p:\d+:13 package.digest: Expected the package of this digest, got another one/,
      ),
    ]);
    const zeros = {
      key: Buffer.alloc(32).toString('base64'),
      value: Buffer.alloc(64).toString('base64'),
    };
    expect(read({ ...JSON.parse(text), signature: zeros })).toEqual([
      expect.stringContaining('package.signature: Expected a signature of this package by AAAA'),
    ]);
  });

  test('that is no UTF-8, or has half a character, is refused at its place', () => {
    const bytes = Buffer.concat([
      Buffer.from('package: a\nversion: "'),
      Buffer.from([0xff]),
      Buffer.from('"\n'),
    ]);
    expect(said(readPackage(bytes, 'p'))).toEqual([
      'p:2:11 package.encoding: Expected UTF-8, got a byte that is none',
    ]);
    expect(read('{"package":"a","version":"1.0.0","description":"\\ud800","records":[]}')).toEqual([
      'p:1:48 package.encoding: Expected `description` to be Unicode text, got half a character',
    ]);
  });
});

describe('records', () => {
  test('with the uid of another, a wrong kind, or none are refused', () => {
    expect(
      read(
        records(
          { file: 'a.yaml', text: HOOK },
          { file: 'b.yaml', text: `${HOOK}uid: a\n` },
          { file: 'c.yaml', text: 'kind: hok\nname: c\n' },
          { file: 'd.yaml', kind: 'webhook', uid: 'e', text: HOOK },
          { file: 'e.test.yaml', text: HOOK },
          { file: 'f.yaml', text: 'kind: test\ncases: []\n' },
          { file: 'g.yaml', text: '# nothing\n' },
          { file: 'h.yaml', text: 'kind: webhook\n' },
          { file: 'i.yaml', text: 'automation: [x]\n' },
          { file: 'j j.yaml', text: HOOK },
        ),
      ).map((line) => line.replace(/, got .*/, '')),
    ).toEqual([
      'p:19:12 package.kind: Expected the kind that its text has, `hook`',
      'p:20:11 package.uid: Expected the uid that its text has, `d`',
      'p#b.yaml:3:6 package.uid: Expected a uid of its own',
      'p#c.yaml:1:7 package.kind: Expected the kind `automation`, `webhook`, `hook` or `test`',
      'p#e.test.yaml:1:7 package.kind: Expected a test, as its file is called',
      'p#f.yaml:1:7 package.kind: Expected a file called `NAME.test.yaml`',
      'p#g.yaml:1:1 package.kind: Expected a record',
      'p#h.yaml:1:1 key.missing: Expected `name` to name the webhook',
      'p#i.yaml:1:13 value.type: Expected `automation` to name the automation',
      'p#j j.yaml:1:1 package.uid: Expected a `uid` of letters, digits, `.`, `_` and `-`, at most 128',
    ]);
  });

  test('may refer to each other in any order, but names not in a circle', () => {
    const named = (uid: string, name: string): object => ({
      uid,
      text: `kind: hook\nname: "${name}"\n`,
    });
    expect(
      read(records(named('a', '{{{uid.b}}}'), named('b', '{{{uid.c}}}'), named('c', 'x'))),
    ).toEqual([]);
    expect(
      read(
        records(named('a', '{{{uid.b}}}'), named('b', 'x {{{uid.c}}}'), named('c', '{{{uid.a}}}')),
      ),
    ).toEqual([
      'p#c.yaml:2:7 package.cycle: Expected a name that is not made of itself, got a circle: a → b → c → a',
    ]);
    expect(read(records(named('a', '{{{uid.a}}}')))[0]).toContain('a → a');
    const chain = Array.from({ length: 900 }, (_, index) =>
      named(`r${index}`, `{{{uid.r${(index + 1) % 900}}}}`),
    );
    expect(read(records(...chain))[0]).toMatch(/a circle: r0 → r1 → r2 → r3 → r4 → … → r0$/);
  });

  test('with a placeholder that nothing has are refused with what is meant', () => {
    const document = {
      ...HEAD,
      configure: { prompts: [{ key: 'shop_name', type: 'text' }] },
      exclude: [{ record: 'ordres', prompt: 'shop_nam', is: 'x' }],
      records: [
        {
          uid: 'orders',
          text: `${HOOK}x: "{{{shop_nmae}}} {{{uid.ordesr}}} {{{user.name}}}"\ny: {{{shop_name}}}\n`,
        },
      ],
    };
    const advice = (text: string): readonly string[] =>
      readPackage(Buffer.from(text), 'p').diagnostics.map(
        ({ file, line, column, code, hint }) => `${file}:${line}:${column} ${code} ${hint}`,
      );
    const text = JSON.stringify(document, null, 1);
    expect(advice(text)).toEqual([
      'p:12:13 package.reference Did you mean "orders"?',
      'p:15:14 package.reference Did you mean "shop_name"?',
      'p#orders.yaml:3:5 package.placeholder Did you mean "shop_name"?',
      'p#orders.yaml:3:21 package.reference Did you mean "orders"?',
      'p#orders.yaml:3:38 package.placeholder To write `{{{` itself, write `{{{braces}}}`.',
      'p#orders.yaml:4:4 yaml.unquoted Write "{{{shop_name}}}"',
    ]);
  });

  test('of a folder are told by their files', async () => {
    expect(
      await readFolder({
        'package.yaml':
          'name: a\nversion: 1.0.0\nconfigure: { prompts: [ { key: x, type: text } ] }\n',
        'a.yaml': 'automation: a\nsteps: [\n',
        'sub/b.yaml': 'kind: hook\nname: "{{{y}}}"\n',
      }),
    ).toEqual([
      'a.yaml:3:1 yaml.syntax: Expected another indentation',
      'sub/b.yaml:2:8 package.placeholder: Expected the key of a prompt or a placeholder, got `y`',
    ]);
  });
});
