import fc from 'fast-check';
import { expect, test } from 'vitest';
import { installed } from './installed.ts';

/** A generator that gives these floats over and over. */
function series(...floats: number[]): () => number {
  let at = 0;
  return () => floats[at++ % floats.length] as number;
}

const LAST = 1 - 2 ** -53;

test('whole numbers reach both ends and no further', () => {
  expect(installed(series(0)).Random.int(-3, 3)).toBe(-3);
  expect(installed(series(LAST)).Random.int(-3, 3)).toBe(3);
  expect(installed(series(LAST)).Random.int(0, Number.MAX_SAFE_INTEGER)).toBe(
    Number.MAX_SAFE_INTEGER,
  );
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      fc.maxSafeInteger(),
      fc.double({ min: 0, max: LAST, noNaN: true }),
      (a, b, float) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const value = installed(series(float)).Random.int(least, most);
        expect(Number.isInteger(value) && value >= least && value <= most).toBe(true);
      },
    ),
  );
});

test('tokens are of letters and digits, and of the length asked for', () => {
  const { Random } = installed();
  expect(Random.token()).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(Random.token(5)).toHaveLength(5);
  expect(installed(series(0, LAST)).Random.token(4)).toBe('A9A9');
});

test('one of a list is picked', () => {
  expect(installed(series(LAST)).Random.pick(['a', 'b'])).toBe('b');
});

test('the generator is asked at each call, so that it can be seeded late', () => {
  const floats = [0, 0, 0, 0];
  const { uuid } = installed(() => floats.shift() ?? LAST);
  expect(uuid()).toBe('00000000-0000-4000-8000-000000000000');
  expect(uuid()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
});

test('wrong arguments are named', () => {
  const { Random } = installed();
  expect(() => Random.int(1.5, 2)).toThrow(
    new RangeError(
      'Expected a whole number from -9007199254740991 to 9007199254740991 for Random.int, got 1.5',
    ),
  );
  expect(() => Random.int(2, 1)).toThrow(
    new RangeError(
      'Expected a whole number from 2 to 9007199254740991 for the upper end of Random.int, got 1',
    ),
  );
  expect(() => Random.token(0)).toThrow(
    new RangeError('Expected a whole number from 1 to 1024 for Random.token, got 0'),
  );
  expect(() => Random.pick([])).toThrow(
    new RangeError('Expected a list with at least one value for Random.pick, got none'),
  );
  expect(() => Random.pick('abc')).toThrow(
    new TypeError('Expected a list for Random.pick, got "abc"'),
  );
});
