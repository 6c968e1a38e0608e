import { beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGE_GLOBALS, LIBRARY } from '../../../src/core/library.ts';
import { LIBRARY_MODULES } from '../../../src/sandbox/guest/libraries.ts';
import { installed, quickJs } from './installed.ts';

const examples = LIBRARY.flatMap(({ name, example }) =>
  example === undefined ? [] : [[name, ...example] as const],
);

/** Where the two engines might differ: Unicode classes, lookaheads, sticky expressions, private members. */
const EXPRESSIONS: readonly string[] = [
  `['Straße №5', 'Łódź don’t', 'Привет, мир', '한국어', '  '].map(Text.slug)`,
  `['XMLHttpRequest2', 'éCole_ω-Ä', '𐐀x', ''].map((name) => [Text.snake(name), Text.camel(name)])`,
  `[Text.title("o'neil élan"), Text.truncate('😀😀😀', 2), Text.indent('a\\r\\n\\r\\nb', 2)]`,
  `['2026-01-02T03:04:05.5+02:00', '20260102', 'Fri, 02-Jan-26 03:04:05 EST', 'x'].map(Dates.parse)`,
  `Dates.format(-1e14, 'YYYY YY MMMM MMM MM D dddd H hh h m ss SSS A a Z [x]', '-05:30')`,
  `Csv.parse('\\ufeffa,b\\r\\n"x, ""y""","1\\n2"\\r\\n5" pipe,\\n')`,
  `Csv.stringify([{ a: null, b: [1] }, { c: new Date(0), a: ' "' }])`,
  `Html.strip('<style>a</style><p title="x>y">a<br>b</p><!-- c -->&eacute;&#x41;&#0;<b')`,
  `Xml.escape('a\\0\\ud800\\ufffe😀<')`,
  `[...new URLSearchParams('?a=%C3%A9&b=%A9é&c=%zz+~&&d')]`,
  `new URLSearchParams([['é', "!'()*~ -._"], ['\\ud800', '']]).toString()`,
  `(() => { const url = new URL('/p?y=1#h', 'https://u@ä.example:444'); url.searchParams.set('z', ' '); return [url, url.host, url.search]; })()`,
  `[URL.canParse('x'), URL.parse('a:b').pathname]`,
  `[get({ a: [{ 'b.c': 1 }] }, 'a[0]["b.c"]'), get({}, 'constructor', 0), safeEqual('é', 'é')]`,
  `[Base64.decode(' w6-_ '), Base64.url('??>'), Hex.decode('EFBBBF41'), Text.size('é😀\\ud800')]`,
  `new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0, 0xe2, 0x82, 65]).subarray(1))`,
  `new TextDecoder('utf8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf]))`,
];

describe('on Node', () => {
  const library = installed();

  test.each(examples)('the example of %s is right: %s', (_, expression, value) => {
    const names = Object.getOwnPropertyNames(library);
    const evaluate = new Function(...names, `return (${expression});`);
    expect(JSON.stringify(evaluate(...names.map((name) => library[name])))).toBe(value);
  });

  test('nothing is installed that the list does not name', () => {
    const roots = new Set(LIBRARY.map(({ name }) => name.split('.')[0]));
    expect(new Set(Object.values(LIBRARY_MODULES).flat())).toEqual(roots);
    expect(new Set(Object.getOwnPropertyNames(library))).toEqual(roots);
    for (const root of roots) {
      const value = library[root as string];
      if (typeof value === 'function') continue;
      expect(Object.isFrozen(value)).toBe(true);
      const listed = LIBRARY.filter(({ name }) => name.startsWith(`${root}.`));
      expect(
        Object.keys(value)
          .map((member) => `${root}.${member}`)
          .sort(),
      ).toEqual(listed.map(({ name }) => name).sort());
    }
  });
});

describe('inside QuickJS', () => {
  let evaluate: (expression: string) => string;
  beforeAll(async () => {
    evaluate = (await quickJs()).evaluate;
  });

  test.each(examples)('the example of %s is right: %s', (_, expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });

  test.each(LIBRARY.map(({ name }) => name))('%s is a function', (name) => {
    expect(evaluate(`typeof ${name}`)).toBe('"function"');
  });

  test.each(LANGUAGE_GLOBALS)('the language’s own %s exists', (name) => {
    expect(evaluate(`${JSON.stringify(name)} in globalThis`)).toBe('true');
  });

  test('the library does in QuickJS what it does on Node', () => {
    const library = installed();
    const names = Object.getOwnPropertyNames(library);
    for (const expression of EXPRESSIONS) {
      const value = new Function(...names, `return (${expression});`)(
        ...names.map((name) => library[name]),
      );
      expect([expression, evaluate(expression)]).toEqual([expression, JSON.stringify(value)]);
    }
  });

  test('errors inside have the same messages', () => {
    expect(() => evaluate('Hex.encode(null)')).toThrow(
      'Expected a text or bytes for Hex.encode, got null',
    );
    expect(() => evaluate("new URL('x')")).toThrow('Expected a URL, got "x"');
  });

  test('texts with NUL, emoji and lone surrogates cross to the host whole', () => {
    expect(evaluate(`Hex.encode('a\\0é😀\\ud800')`)).toBe('"6100c3a9f09f9880efbfbd"');
    expect(evaluate(`Hex.decode('6100c3a9f09f9880ff00')`)).toBe('"a\\u0000é😀\ufffd\\u0000"');
    expect(evaluate(`Base64.decode(Base64.encode('\\0\\0x'))`)).toBe('"\\u0000\\u0000x"');
    expect(evaluate(`Hash.sha256('\\0')`)).toBe(
      '"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"',
    );
  });

  test('digests are those of the published test vectors', () => {
    expect(evaluate(`Hash.md5('abc')`)).toBe('"900150983cd24fb0d6963f7d28e17f72"'); // RFC 1321
    expect(evaluate(`Hash.sha1('abc', 'base64')`)).toBe('"qZk+NkcGgWq6PiVxeFDCbJzQ2J0="'); // RFC 3174
    // RFC 4231, test case 2.
    expect(evaluate(`Hmac.sha256('Jefe', 'what do ya want for nothing?')`)).toBe(
      '"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"',
    );
    expect(evaluate(`Hmac.sha512('k', new Uint8Array([1]), 'bytes').length`)).toBe('64');
  });

  test('a version 4 UUID has its version, variant and form', () => {
    const uuids = Array.from({ length: 50 }, () => JSON.parse(evaluate('uuid()')) as string);
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    }
    expect(new Set(uuids).size).toBe(50);
  });
});
