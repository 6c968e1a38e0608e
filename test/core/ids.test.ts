import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idMaker, idShift, shiftedId } from '../../src/core/ids.ts';

const makeId = idMaker();

test('ids that follow from one id are the same each time, and differ by what they are for', () => {
  const id = makeId('evt', 1_000);
  const [first, second] = ['0/orders', '1/orders'].map((text) =>
    shiftedId('run', id, idShift(text)),
  );
  expect(first).toMatch(/^run_[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(shiftedId('run', id, idShift('0/orders'))).toBe(first);
  expect(second).not.toBe(first);
});

test('ids that follow from others sort by their time, and no two are the same', () => {
  const shift = idShift('0/orders');
  const times = fc.uniqueArray(fc.nat(2 ** 40), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(times, (list) => {
      const sorted = [...list].sort((a, b) => a - b);
      const ids = sorted.map((time) => shiftedId('run', makeId('evt', time), shift));
      expect([...new Set(ids)].sort()).toEqual(ids);
    }),
  );
});
