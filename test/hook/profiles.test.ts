import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeForm, flatten } from '../../src/hook/flatten.ts';
import { Profiles } from '../../src/hook/profiles.ts';
import { readProfile } from '../../src/hook/read-profile.ts';
import { makeSecret, secretMistake } from '../../src/hook/sign.ts';
import { fillText, fillValue, readTemplate, type Template } from '../../src/hook/template.ts';
import { profiles } from './parts.ts';

describe('profiles', () => {
  test('are those that the documentation lists', () => {
    expect(profiles.names).toEqual([
      'cloudevents',
      'pirsch',
      'rudderstack',
      'standard',
      'woocommerce',
    ]);
    expect(profiles.get('woocommerce').defaults).toMatchObject({
      success: ['2xx', '301', '302'],
      failuresMax: 5,
      failingMs: 0,
    });
    expect(profiles.get('pirsch')).toMatchObject({
      isHttpsOnly: true,
      defaults: { success: ['2xx'], failuresMax: 101 },
    });
  });

  test('tell every mistake with its place, and suggest', () => {
    const text = [
      'profile: Mine',
      'defaults: { success: [ok], timeout: 9m }',
      'header: { a: b }',
      'headers: { x-topic: "{tpoic}" }',
      'formats:',
      '  json: { type: application/json, body: { a: ["{data.x : upper}", "{open"] } }',
    ].join('\n');
    const { profile, diagnostics } = readProfile('mine.yaml', text);
    expect(profile).toBeUndefined();
    const told = diagnostics.map(({ line, message, hint }) => `${line} ${message} ${hint ?? ''}`);
    expect(told.join('\n')).toMatch(/^1 Expected a name of small letters.*\n.*\n3 .*header/s);
    const shaped = text
      .replace('Mine', 'mine')
      .replace('9m', '9s')
      .replace(/header: .*\n/, '');
    const found = readProfile('mine.yaml', shaped).diagnostics;
    expect(found.map(({ line, message }) => [line, message])).toEqual([
      [2, 'Expected a status or a range such as 2xx, got ok'],
      [
        3,
        'Expected a placeholder such as {topic}, {data.name | topic} or {data : strings}, got {tpoic}',
      ],
      [
        5,
        'Expected a placeholder such as {topic}, {data.name | topic} or {data : strings}, got {data.x : upper}',
      ],
      [5, 'Expected a `}` for every `{`; `{{` is a brace, got one that is open'],
    ]);
    expect(() => new Profiles([{ file: 'mine.yaml', text: shaped }])).toThrow(
      expect.objectContaining({ code: 'profile.invalid' }),
    );
  });

  test('may not write headers that the client writes, with which every message would fail', () => {
    const text = [
      'profile: mine',
      'headers: { Host: a.example, x-a: b }',
      'sign: { header: Content-Length }',
      'formats:',
      '  json: { type: t/t, headers: { TE: trailers }, body: "{data}" }',
    ].join('\n');
    const { diagnostics } = readProfile('mine.yaml', text);
    const told = (name: string) =>
      `Expected a header that receivers read, got ${name}, which the client writes itself`;
    expect(diagnostics.map(({ line, column, message }) => [line, column, message])).toEqual([
      [2, 12, told('host')],
      [3, 17, told('content-length')],
      [5, 33, told('te')],
    ]);
  });

  test('that ship are called as their files, and no other may take the name of one', () => {
    const shipped = readdirSync('profiles').map((file) => ({
      file,
      text: readFileSync(`profiles/${file}`, 'utf8'),
    }));
    const lazy = new Profiles([], shipped);
    expect(lazy.names).toEqual(profiles.names);
    for (const name of lazy.names) expect(lazy.find(name)).toEqual(profiles.get(name));
    expect(lazy.names).toEqual(profiles.names);
    const text = 'profile: standard\nformats: { json: { type: t/t, body: "{data}" } }';
    expect(() => new Profiles([{ file: 'mine.yaml', text }], shipped)).toThrow(
      'mine.yaml: Expected a name that no other profile has, got standard.',
    );
  });

  test('of one name are refused, and a name that is near is suggested', () => {
    const text = 'profile: a\nformats: { json: { type: t/t, body: "{data}" } }';
    const twice = [
      { file: 'a.yaml', text },
      { file: 'b.yaml', text },
    ];
    expect(() => new Profiles(twice)).toThrow(
      'b.yaml: Expected a name that no other profile has, got a.',
    );
    expect(() => profiles.get('standart')).toThrow(
      expect.objectContaining({ code: 'hook.invalid', next: 'Did you mean "standard"?' }),
    );
  });

  test('whatever their text is, are read without an exception', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(readProfile('x.yaml', text)).toHaveProperty('diagnostics');
        readTemplate(text);
      }),
    );
  });
});

describe('templates', () => {
  const fill = (text: string, scope: Record<string, unknown>) =>
    fillValue(readTemplate(text) as Template, scope);

  test('give a value its type where they are nothing else, and a text otherwise', () => {
    const scope = { data: { n: 1, list: [1, 'a'], nil: null } };
    expect(fill('{data.list}', scope)).toEqual([1, 'a']);
    expect(fill('{data.list.1}', scope)).toBe('a');
    expect(fill('n={data.n}, {data.list}, {data.nil}{data.none}{{x}', scope)).toBe(
      'n=1, [1,"a"], {x}',
    );
    expect(fill("{data.none | data.nil | 'none'}", scope)).toBe('none');
    expect(fill('{data.none | 0}', scope)).toBe(0);
    expect(fill('{data : json}', scope)).toBe('{"n":1,"list":[1,"a"],"nil":null}');
  });

  test('reach own members only', () => {
    for (const path of ['data.constructor', 'data.__proto__', 'data.list.length.constructor']) {
      expect(fill(`{${path}}`, { data: { list: [] } })).toBeUndefined();
    }
  });

  test('percent-encode as CloudEvents’ HTTP binding says', () => {
    const encoded = fill('{topic : percent}', { topic: 'Euro € "😀" 50%\ud800' });
    expect(encoded).toBe('Euro%20%E2%82%AC%20%22%F0%9F%98%80%22%2050%25%EF%BF%BD');
  });

  test('without places are themselves', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const template = readTemplate(text.replaceAll('{', '{{')) as Template;
        expect(fillText(template, {})).toBe(text);
      }),
    );
  });
});

test('a flattened value has each of its members once, and a form reads back as it was', () => {
  const key = fc.stringMatching(/^[a-z]{1,3}$/);
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(leaf, fc.dictionary(key, tie('tree')), fc.array(tie('tree'), { maxLength: 3 })),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree, { minKeys: 1 }), (value) => {
      const members = flatten(value);
      expect(new Set(members.map(([path]) => path)).size).toBe(members.length);
      const read = new Map(new URLSearchParams(encodeForm(value)));
      for (const [path, member] of members) {
        const text = typeof member === 'string' ? member : JSON.stringify(member);
        expect(read.get(path)).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'));
      }
    }),
  );
});

test('a made secret fits every profile, and a chosen one must fit its own', () => {
  const secret = makeSecret((size) => new Uint8Array(size).fill(251));
  for (const name of profiles.names) {
    expect(secretMistake(secret, profiles.get(name).sign)).toBeUndefined();
  }
  const { sign } = profiles.get('standard');
  for (const wrong of ['', 'plain', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'*'.repeat(40)}`]) {
    expect(secretMistake(wrong, sign)).toBe('whsec_ and the base64 of 24 to 64 bytes');
  }
  expect(secretMistake('plain', profiles.get('woocommerce').sign)).toBeUndefined();
});
