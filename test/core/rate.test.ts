import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterRequest, formatRate, parseRate, type Rate, waitMs } from '../../src/core/rate.ts';

test.each([
  ['100/min', { requests: 100, perMs: 60_000, burst: 100 }],
  ['5/s', { requests: 5, perMs: 1_000, burst: 5 }],
  ['1/day', { requests: 1, perMs: 86_400_000, burst: 1 }],
  ['5 / 10s', { requests: 5, perMs: 10_000, burst: 5 }],
  ['100/m burst 20', { requests: 100, perMs: 60_000, burst: 20 }],
])('%s is read', (text, rate) => {
  expect(parseRate(text)).toEqual(rate);
});

test.each([
  '',
  '100',
  '0/s',
  '1/ms',
  '1/100ms',
  '1/2d',
  '-1/s',
  '1.5/s',
  '1/s burst 0',
  'constructor/s',
  '1/constructor',
  '1000001/s',
])('%j is no rate', (text) => {
  expect(parseRate(text)).toBeUndefined();
});

const rates: fc.Arbitrary<Rate> = fc.record({
  requests: fc.integer({ min: 1, max: 1_000_000 }),
  perMs: fc.integer({ min: 1_000, max: 86_400_000 }),
  burst: fc.integer({ min: 1, max: 1_000_000 }),
});

test('a rate written and read again is the same', () => {
  fc.assert(
    fc.property(rates, (rate) => {
      expect(parseRate(formatRate(rate))).toEqual(rate);
    }),
  );
});

/** Milliseconds between tries, and the times at which they were let in. */
function letIn(rate: Rate, gaps: readonly number[]): number[] {
  const times: number[] = [];
  let [now, emptyAt] = [1_767_312_000_000, 0];
  for (const gap of gaps) {
    now += gap;
    if (waitMs(rate, emptyAt, now) > 0) continue;
    emptyAt = afterRequest(rate, emptyAt, now);
    times.push(now);
  }
  return times;
}

const small = rates.map((rate) => ({
  ...rate,
  requests: (rate.requests % 50) + 1,
  burst: (rate.burst % 20) + 1,
  perMs: (rate.perMs % 5_000) + 1_000,
}));
const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });

test('in no stretch of time more are let in than the burst and what that time allows', () => {
  fc.assert(
    fc.property(small, gaps, (rate, times) => {
      const admitted = letIn(rate, times);
      for (let i = 0; i < admitted.length; i++) {
        for (let k = i; k < admitted.length; k++) {
          const span = admitted[k]! - admitted[i]!;
          const most = rate.burst + (span * rate.requests) / rate.perMs + 1e-6;
          expect(k - i + 1).toBeLessThanOrEqual(most);
        }
      }
    }),
  );
});

test('who waits as long as was said is let in, and a millisecond less is too early', () => {
  fc.assert(
    fc.property(small, fc.integer({ min: 1, max: 60 }), (rate, count) => {
      let [now, emptyAt] = [1_767_312_000_000, 0];
      for (let i = 0; i < count; i++) {
        const wait = waitMs(rate, emptyAt, now);
        if (wait > 1) expect(waitMs(rate, emptyAt, now + wait - 1)).toBeGreaterThan(0);
        now += wait;
        expect(waitMs(rate, emptyAt, now)).toBe(0);
        emptyAt = afterRequest(rate, emptyAt, now);
      }
      // Without rest they come at the rate, after the burst.
      const least = (Math.max(0, count - rate.burst) * rate.perMs) / rate.requests;
      expect(now - 1_767_312_000_000).toBeGreaterThanOrEqual(Math.floor(least));
      expect(now - 1_767_312_000_000).toBeLessThanOrEqual(Math.ceil(least) + count);
    }),
  );
});

test('a clock that is set back makes nobody wait longer than for an empty bucket', () => {
  const rate = { requests: 10, perMs: 1_000, burst: 10 };
  let emptyAt = 0;
  for (let i = 0; i < 10; i++) emptyAt = afterRequest(rate, emptyAt, 1_000_000_000);
  expect(waitMs(rate, emptyAt, 500_000_000)).toBe(100);
});
