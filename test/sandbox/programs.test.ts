import { expect, test } from 'vitest';
import { Programs } from '../../src/sandbox/guest/programs.ts';
import { program } from './executions.ts';

const difference = (size: number) => {
  return { places: [], parts: [], size };
};

test('the least recently used programs go when the snapshots need too much room', () => {
  const programs = new Programs(40_000);
  const [a, b, c] = [1, 2, 3].map((i) => program(`return ${i}`)) as [never, never, never];
  const add = (one: { id: string }) => {
    programs.add(one as never);
    const known = programs.get(one.id);
    if (known !== undefined) programs.keep(known, [difference(15_000)]);
  };
  add(a);
  add(b);
  programs.get((a as { id: string }).id);
  add(c);
  const has = [a, b, c].map((one: { id: string }) => programs.get(one.id) !== undefined);
  expect(has).toEqual([true, false, true]);
  expect(programs.size).toBe(2);
  expect(programs.bytes).toBeLessThan(40_000);
});

test('a program larger than the room is kept as long as it is the last', () => {
  const programs = new Programs(1000);
  const large = program(`return 1 /*${'x'.repeat(5000)}*/`);
  programs.add(large);
  expect(programs.get(large.id)?.program).toBe(large);
  programs.add(program('return 2'));
  expect(programs.get(large.id)).toBeUndefined();
});

test('adding a program again forgets its snapshot', () => {
  const programs = new Programs(100_000);
  const one = program('return 1');
  programs.add(one);
  const before = programs.bytes;
  programs.keep(programs.get(one.id) as never, [difference(10_000)]);
  programs.add(one);
  expect([programs.get(one.id)?.differences, programs.bytes, programs.size]).toEqual([
    undefined,
    before,
    1,
  ]);
});
