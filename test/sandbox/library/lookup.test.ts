import fc from 'fast-check';
import { expect, test } from 'vitest';
import { installed } from './installed.ts';

const { get, safeEqual } = installed();
const value = { a: { b: [{ c: 1 }], 'x.y': 2, n: null, u: undefined }, text: 'hi' };

test.each([
  ['a.b[0].c', 1],
  ['a["x.y"]', 2],
  ["a['x.y']", 2],
  ['a.b.0.c', 1],
  ['a.b.length', 1],
  ['text.length', 2],
  ['a.n', null],
  [['a', 'x.y'], 2],
  ['', value],
])('get reads %j', (path, found) => {
  expect(get(value, path)).toEqual(found);
});

test.each(['a.z', 'a.b[3].c', 'a.n.x', 'a.u', 'constructor', 'a.__proto__.x', 'text.slice'])(
  'get gives the fallback where %s is missing',
  (path) => {
    expect(get(value, path)).toBeNull();
    expect(get(value, path, 'none')).toBe('none');
  },
);

test('get of a missing value is the fallback', () => {
  expect([get(null, 'a'), get(undefined, 'a', 0), get(['x'], 0)]).toEqual([null, 0, 'x']);
});

test.each(['a..b', 'a[', 'a[x]', 'a]', '.', 'a[0]b'])('%j is no path', (path) => {
  expect(() => get(value, path)).toThrow(RangeError);
});

test('a wrong path is named with the place', () => {
  expect(() => get(value, 'a..b')).toThrow(
    new RangeError(
      'Expected a path such as "a.b[0]" for get, got "a..b", which cannot be read from character 2 on',
    ),
  );
  expect(() => get(value, null)).toThrow(
    new TypeError('Expected a path such as "a.b[0]" for get, got null'),
  );
});

test('safeEqual tells equal texts and bytes from others', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\0') });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(safeEqual(a, b)).toBe(a === b);
      expect(safeEqual(a, Buffer.from(a))).toBe(true);
    }),
  );
});

test('a missing value equals nothing, not even another one', () => {
  expect([safeEqual(null, null), safeEqual(undefined, ''), safeEqual('a', null)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(() => safeEqual({}, 'a')).toThrow(TypeError);
});
