import fc from 'fast-check';
import { expect, test } from 'vitest';
import { installed } from './installed.ts';

const { URL: Url, URLSearchParams: Params } = installed();
const PARTS = [
  ...['href', 'origin', 'protocol', 'username', 'password', 'host'],
  ...['hostname', 'port', 'pathname', 'search', 'hash'],
] as const;
// Node reads characters beyond ASCII wrongly beside an escape that is not UTF-8 (it keeps their lowest
// eight bits), so the two do not come together here.
const queryText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'a=&+%?#;~! ', '\0', '%41', '%C3', '%A9', '%zz', "'") }),
  fc.string({ unit: fc.constantFrom(...'a=&+?é😀\ufeff', '\ud800', '%41', '%C3%A9') }),
);

test('a URL has the parts that Node’s own has', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
      const own = new URL(text) as unknown as Record<string, string>;
      const url = new Url(text);
      for (const part of PARTS) expect(url[part]).toBe(own[part]);
      expect([String(url), JSON.stringify(url)]).toEqual([String(own), JSON.stringify(own)]);
    }),
  );
});

test('relative references resolve against a text or a URL', () => {
  expect(new Url('../x?y#z', 'https://u:p@a.example:8443/b/c/').href).toBe(
    'https://u:p@a.example:8443/b/x?y#z',
  );
  expect(new Url('/x', new Url('https://a.example')).pathname).toBe('/x');
  expect(new Url('https://a.example/\0é').href).toBe('https://a.example/%00%C3%A9');
});

test('what is no URL throws, or is told without throwing', () => {
  expect(() => new Url('/x')).toThrow(new TypeError('Expected a URL, got "/x"'));
  expect(() => new Url('//', 'nope')).toThrow(
    new TypeError('Expected a URL, got "//" with the base "nope"'),
  );
  expect(() => new Url(null)).toThrow(new TypeError('Expected a text for URL, got null'));
  expect([Url.canParse('x:'), Url.canParse('x'), Url.parse('x')]).toEqual([true, false, null]);
  expect(Url.parse('x:y').pathname).toBe('y');
});

test('a URL’s searchParams change it as Node’s own do', () => {
  const change = (url: URL): string[] => {
    const seen: string[] = [];
    const note = (): number => seen.push(url.href, url.search, String(url.searchParams));
    url.searchParams.set('a', '1 2');
    note();
    url.searchParams.append('b', '&');
    note();
    for (const name of ['a', 'b', 'y']) url.searchParams.delete(name);
    note();
    return seen;
  };
  const text = 'https://a.example/p?y=%7e#h';
  expect(change(new Url(text))).toEqual(change(new URL(text)));
});

test('setting another part of a URL is refused', () => {
  const url = new Url('https://a.example/');
  expect(() => {
    url.pathname = '/x';
  }).toThrow(
    new TypeError('Expected a new URL, got an assignment to pathname: URLs are read only'),
  );
});

test('queries are read and written as by Node’s own URLSearchParams', () => {
  fc.assert(
    fc.property(queryText, (text) => {
      const own = new URLSearchParams(text);
      const params = new Params(text);
      expect([...params]).toEqual([...own]);
      expect(params.toString()).toBe(own.toString());
    }),
    { numRuns: 1000 },
  );
});

test('an escape that is not UTF-8 does not harm the characters beside it', () => {
  expect([...new Params('%A9é%C3=%')]).toEqual([['\ufffdé\ufffd', '%']]);
});

test('pairs written and read again are the same', () => {
  const pairs = fc.array(
    fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
  );
  fc.assert(
    fc.property(pairs, (list) => {
      expect([...new Params(new Params(list).toString())]).toEqual(list);
    }),
  );
});

test('any series of changes leaves what Node’s own would have', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ method: fc.constantFrom('append', 'set'), args: fc.tuple(name, name) }),
    fc.record({
      method: fc.constant('delete'),
      args: fc.array(name, { minLength: 1, maxLength: 2 }),
    }),
    fc.constant({ method: 'sort', args: [] as string[] }),
  );
  fc.assert(
    fc.property(fc.array(step), name, (steps, key) => {
      const both = [new URLSearchParams('c=a&a=b&c=c'), new Params('c=a&a=b&c=c')] as const;
      // Node 20 knows delete(name, value) since 20.2.
      const results = both.map((params) => {
        for (const { method, args } of steps) {
          (params as unknown as Record<string, (...args: string[]) => void>)[method]!(...args);
        }
        const { size } = params;
        const reads = [params.get(key), params.getAll(key), params.has(key), params.has(key, 'a')];
        return {
          all: [...params],
          keys: [...params.keys()],
          values: [...params.values()],
          size,
          reads,
        };
      });
      expect(results[1]).toEqual(results[0]);
    }),
  );
});

test('lists in an object of fields are repeated fields', () => {
  expect(String(new Params({ a: ['1', 2], b: true }))).toBe('a=1&a=2&b=true');
  expect(String(new Params(new Params('x=1')))).toBe('x=1');
  expect([String(new Params()), String(new Params(null))]).toEqual(['', '']);
});

test('values that are no texts are refused', () => {
  expect(() => new Params({ a: null })).toThrow(
    new TypeError('Expected a text for a value of URLSearchParams, got null'),
  );
  expect(() => new Params([['a']])).toThrow(
    new TypeError('Expected pairs of name and value for URLSearchParams, got a list'),
  );
});
