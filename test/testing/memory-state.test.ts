import { expect, test } from 'vitest';
import { MemoryState } from '../../src/testing/memory-state.ts';

test('state is kept, counted, deleted and forgotten when its time is over', () => {
  const state = new MemoryState();
  const value = (args: Parameters<MemoryState['operate']>[0], now: number): unknown => {
    const result = state.operate(args, now);
    return result.ok ? JSON.parse(result.value) : result.message;
  };
  expect(value({ op: 'get', key: 'a' }, 0)).toBe(null);
  expect(value({ op: 'set', key: 'a', value: { b: 1 } }, 0)).toBe(null);
  expect(value({ op: 'get', key: 'a' }, 0)).toEqual({ b: 1 });
  expect(value({ op: 'increment', key: 'a', by: 1 }, 0)).toBe(
    'Expected "a" to hold a number, got an object.',
  );
  expect(value({ op: 'delete', key: 'a' }, 0)).toBe(true);
  expect(value({ op: 'delete', key: 'a' }, 0)).toBe(false);
  expect(value({ op: 'increment', key: 'n', by: 2, ttlMs: 10 }, 0)).toBe(2);
  expect(value({ op: 'increment', key: 'n', by: 2, ttlMs: 10 }, 9)).toBe(4);
  expect(value({ op: 'increment', key: 'n', by: 2, ttlMs: 10 }, 10)).toBe(2);
});
