import { expect, test } from 'vitest';
import { Stopwatch } from '../../src/sandbox/guest/stopwatch.ts';

function watch(limitMs: number) {
  let now = 1000;
  const stopwatch = new Stopwatch(() => now);
  stopwatch.start(limitMs);
  return (...gaps: number[]) =>
    gaps.map((gap) => {
      now += gap;
      return stopwatch.poll();
    });
}

test('a script that runs is ended once its time is used up', () => {
  const poll = watch(100);
  expect(poll(...Array(9).fill(10))).not.toContain(true);
  expect(poll(10, 1)).toEqual([true, true]);
});

test('a thread that had no processor does not end its script', () => {
  expect(watch(100)(5, 10_000, 5, 60_000, 5)).toEqual([false, false, false, false, false]);
});

test('slow polls end a script too, at the fifth', () => {
  expect(watch(100)(50, 50, 50, 50, 50)).toEqual([false, false, false, false, true]);
});

test('each start begins anew', () => {
  let now = 0;
  const stopwatch = new Stopwatch(() => now);
  stopwatch.start(10);
  for (let i = 0; i < 10; i++) {
    now += 2;
    stopwatch.poll();
  }
  expect([stopwatch.fired, stopwatch.polls]).toEqual([true, 10]);
  stopwatch.start(10);
  expect([stopwatch.fired, stopwatch.polls, stopwatch.poll()]).toEqual([false, 0, false]);
});
