import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reach } from '../../../src/core/program.ts';
import { readJson } from '../../../src/core/request/json-body.ts';

function read(body: string | Uint8Array, reach: Reach): unknown {
  const result = readJson(typeof body === 'string' ? Buffer.from(body) : body, reach);
  return 'json' in result ? result.json : result;
}

test('an empty body is null, also behind a byte order mark', () => {
  expect([read('', true), read('', { a: true }), read('\ufeff', { a: true })]).toEqual([
    'null',
    'null',
    'null',
  ]);
});

test('all of it is handed on as it stands, broken or not, without a byte order mark', () => {
  expect(read('\ufeff {"a" : 1e999} ', true)).toBe(' {"a" : 1e999} ');
  expect(read('{"a":', true)).toBe('{"a":');
});

test('only what is reached is cut out', () => {
  const text = '{"a":{"b":1,"c":2},"d":[{"e":3}],"f":null,"a":{"b":[4],"c":5}}';
  expect(read(text, { a: { b: true } })).toBe('{"a":{"b":[4]}}');
  expect(read(text, { d: { length: true } })).toBe('{"d":[{"e":3}]}');
  expect(read(text, { f: { x: true }, z: true })).toBe('{"f":null}');
  expect(read('[1,2]', { a: true })).toBe('[1,2]');
  expect(read('{"__proto__":{"x":1}}', { ['__proto__']: true })).toBe('{"__proto__":{"x":1}}');
});

test.each(['{"a":1e999}', '{"a":[-0]}', '{"a":{"b":-1e-400}}', '{"a":-1e400}'])(
  '%s is sent whole, because JSON written anew would read otherwise',
  (text) => {
    expect(read(text, { a: true })).toBe(text);
  },
);

test.each([
  ['{"a":foo}', 'got "foo}" at line 1, column 6'],
  ['{"a":1,}', 'got "}" at line 1, column 8'],
  ['{"a":1', 'got its end at line 1, column 7'],
  ['{\n  "a": "x\n"}', 'got "\\"x\\n\\"}" at line 2, column 8'],
  ['[1 2]', 'got "2]" at line 1, column 4'],
  ['[01]', 'got "1]" at line 1, column 3'],
  ['{a:1}', 'got "a:1}" at line 1, column 2'],
  ['{"a" 1}', 'got "1}" at line 1, column 6'],
  ['[1}', 'got "}" at line 1, column 3'],
  ['{} {}', 'got "{}" at line 1, column 4'],
  [' ', 'got its end at line 1, column 2'],
  ['a=1&b=2&c=3&d=4', 'got "a=1&b=2&c=3&" at line 1, column 1'],
  ['{"a":"\\x"}', 'got "\\"\\\\x\\"}" at line 1, column 6'],
  ['[1]\0', 'got "\\u0000" at line 1, column 4'],
])('%j is no JSON, and the place is named', (text, fault) => {
  expect(read(text, { a: true })).toEqual({ error: `Expected JSON in the body, ${fault}` });
});

test('a NUL is refused on the host, even where the guest is to parse', () => {
  expect(read('{"a":1}\0', true)).toEqual({
    error: 'Expected JSON in the body, got "\\u0000" at line 1, column 8',
  });
});

test('bytes that are not UTF-8 are refused', () => {
  expect(read(new Uint8Array([0x22, 0xff, 0x22]), true)).toEqual({
    error: 'Expected JSON in UTF-8 in the body, got other bytes',
  });
});

test('JSON nested 100,000 deep is told apart from broken JSON, and does no harm where it is not reached', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(read(deep, { a: true })).toEqual({
    error: 'Expected JSON nested at most 1000 deep in the body, got deeper',
  });
  expect(read(`{"a":1,"b":${deep}}`, { a: true })).toBe('{"a":1}');
  const most = `${'['.repeat(999)}1e999${']'.repeat(999)}`;
  expect(read(`{"a":${most}}`, { a: true })).toBe(`{"a":${most}}`);
  expect(read(`{"a":[-0,[${most}]]}`, { a: true })).toHaveProperty('error');
});

test('a large broken body is refused without a place', () => {
  expect(read('['.repeat(2_000_000), { a: true })).toEqual({
    error: 'Expected JSON in the body, got text that is none',
  });
  expect(read(`["${'a'.repeat(4_000_000)}`, { a: true })).toEqual({
    error: `Expected JSON in the body, got "\\"aaaaaaaaaaa" at line 1, column 2`,
  });
});

/** JSON texts with what a writer of our own would not make: repeats, escapes, white space, extremes. */
const { value: jsonText } = fc.letrec<{ value: string }>((tie) => {
  const string = fc
    .array(
      fc.constantFrom('a', 'b', 'é', '😀', '\\n', '\\u0061', '\\ud800', '\\"', '\\/', '__proto__'),
      { maxLength: 2 },
    )
    .map((pieces) => `"${pieces.join('')}"`);
  const space = fc.constantFrom('', ' ', '\n\t');
  const member = fc
    .tuple(string, space, tie('value'))
    .map(([name, gap, value]) => `${name}:${gap}${value}`);
  return {
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        'null',
        'true',
        'false',
        '0',
        '-0',
        '1e999',
        '1E-7',
        '-12.50',
        '12345678901234567890',
      ),
      string,
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
      fc
        .tuple(fc.array(member, { maxLength: 4 }), space)
        .map(([members, gap]) => `{${gap}${members.join(',')}}`),
    ),
  };
});

test('what is cut out reads as what the whole would', () => {
  fc.assert(
    fc.property(jsonText, fc.constantFrom('a', 'b', 'aa', '__proto__', '\ud800'), (text, name) => {
      const whole = JSON.parse(text) as unknown;
      const json = read(text, { [name]: true }) as string;
      const part = JSON.parse(json) as unknown;
      if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) {
        expect(part).toStrictEqual(whole);
        return;
      }
      const own = (value: object): unknown => Object.getOwnPropertyDescriptor(value, name)?.value;
      expect(own(part as object)).toStrictEqual(own(whole));
      expect(Object.hasOwn(part as object, name)).toBe(Object.hasOwn(whole, name));
    }),
    { numRuns: 1000 },
  );
});

test('any text is JSON here exactly where it is JSON for V8', () => {
  const unit = fc.constantFrom(...'{}[]:,"\\ \n01-.eEnulltruefalse', '\0', 'é');
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit }), jsonText),
      fc.string({ unit, maxLength: 1 }),
      (text, end) => {
        const whole = text + end;
        let valid = whole === '';
        try {
          JSON.parse(whole);
          valid = true;
        } catch {}
        expect(typeof read(whole, { a: true }) === 'string').toBe(valid);
      },
    ),
    { numRuns: 1000 },
  );
});

test('the place of a mistake is right after the JSON before it', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      const list = `[${text.replaceAll('\n', ' ')} ;]`;
      expect(read(list, { a: true })).toEqual({
        error: `Expected JSON in the body, got ";]" at line 1, column ${list.length - 1}`,
      });
    }),
  );
});

test('of GitHub’s payloads the reached fields are cut out', () => {
  const file = new URL(
    '../../../node_modules/@octokit/webhooks-examples/api.github.com/index.json',
    import.meta.url,
  );
  interface Payload {
    readonly action?: string;
    readonly repository?: { readonly full_name: string };
  }
  const events = JSON.parse(readFileSync(file, 'utf8')) as { examples: Payload[] }[];
  const payloads = events.flatMap(({ examples }) => examples);
  expect(payloads.length).toBeGreaterThan(100);
  for (const payload of payloads) {
    const json = read(JSON.stringify(payload), { action: true, repository: { full_name: true } });
    const { action, repository } = payload;
    const name = repository && { full_name: repository.full_name };
    expect(JSON.parse(json as string)).toEqual(
      JSON.parse(JSON.stringify({ action, repository: name })),
    );
  }
});
