import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inRounds } from '../../src/engine/rounds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('rounds begin at once and after each interval, and never while one is under way', async () => {
  const ends: (() => void)[] = [];
  const end = inRounds(
    100,
    () => new Promise((resolve) => ends.push(resolve)),
    () => {},
  );
  expect(ends).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(350);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(100);
  expect(ends).toHaveLength(2);
  end();
  ends[1]?.();
  await vi.advanceTimersByTimeAsync(1000);
  expect(ends).toHaveLength(2);
});

test('a round that fails is told and the next one comes; one that was ended meanwhile is not', async () => {
  const told: unknown[] = [];
  const fails: ((error: Error) => void)[] = [];
  let isEnded = () => false;
  const end = inRounds(
    100,
    (ended) => {
      isEnded = ended;
      return new Promise((_, reject) => fails.push(reject));
    },
    (error) => told.push(error),
  );
  const error = new Error('disk full');
  fails[0]?.(error);
  await vi.advanceTimersByTimeAsync(100);
  expect(told).toEqual([error]);
  expect(fails).toHaveLength(2);
  expect(isEnded()).toBe(false);
  end();
  expect(isEnded()).toBe(true);
  fails[1]?.(new Error('closed'));
  await vi.advanceTimersByTimeAsync(100);
  expect(told).toEqual([error]);
});
