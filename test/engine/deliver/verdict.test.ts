import { describe, expect, test } from 'vitest';
import { HEALTHY, type HookHealth, healthAfter, RESUMED } from '../../../src/core/hook-health.ts';
import { type AttemptEnd, verdictOn } from '../../../src/engine/deliver/verdict.ts';
import { messageOf } from '../../hook/parts.ts';

const NOW = 1_000_000;
const hook = { success: ['2xx', '301'], retryMs: [1000, 10_000] };

function verdict(end: AttemptEnd, retries = 0, kind: 'emit' | 'ping' = 'emit', random = 0.5) {
  return verdictOn(end, { retries, message: messageOf({}, { kind }) }, hook, NOW, () => random);
}
const answer = (status: number, ...headers: [string, string][]): AttemptEnd => ({
  response: { status, headers },
});

describe('a verdict', () => {
  test('is success for the statuses that the hook names, and for no other', () => {
    for (const status of [200, 204, 299, 301]) {
      expect(verdict(answer(status))).toEqual({
        next: { status: 'succeeded' },
        outcome: 'succeeded',
        isBackingOff: false,
      });
    }
    for (const status of [300, 302, 400, 404]) {
      expect(verdict(answer(status))).toMatchObject({ outcome: 'failed', isBackingOff: false });
    }
  });

  test('follows the schedule with jitter, then is a failure for good', () => {
    const due = (retries: number, random: number) =>
      verdict(answer(400), retries, 'emit', random).next;
    expect(due(0, 0.5)).toEqual({ status: 'pending', dueAt: NOW + 1000 });
    expect(due(1, 0)).toEqual({ status: 'pending', dueAt: NOW + 8000 });
    expect(due(1, 1)).toEqual({ status: 'pending', dueAt: NOW + 12_000 });
    expect(due(2, 0.5)).toEqual({ status: 'failed' });
  });

  test('backs off where the receiver is overloaded or away, for as long as it asks, up to a day', () => {
    for (const end of [answer(429), answer(503), { code: 'egress.timeout' } as const]) {
      expect(verdict(end)).toMatchObject({ isBackingOff: true });
    }
    expect(verdict(answer(503, ['retry-after', '60']))).toMatchObject({
      next: { status: 'pending', dueAt: NOW + 60_000 },
      retryAfterMs: 60_000,
    });
    for (const text of ['999999999', '9999999999', '9'.repeat(400)]) {
      expect(verdict(answer(429, ['retry-after', text]))).toMatchObject({
        next: { dueAt: NOW + 86_400_000 },
        retryAfterMs: 86_400_000,
      });
    }
    expect(verdict(answer(429, ['retry-after', '0']))).toMatchObject({
      next: { dueAt: NOW + 1000 },
    });
  });

  test('reads a pause as a date in each of its three forms, and nothing else', () => {
    for (const date of [
      'Thu, 01 Jan 1970 00:17:40 GMT',
      'Thursday, 01-Jan-70 00:17:40 GMT',
      'Thu Jan  1 00:17:40 1970',
    ]) {
      expect(verdict(answer(503, ['retry-after', date])), date).toMatchObject({
        retryAfterMs: 60_000,
      });
    }
    for (const text of ['', '-5', '1.5', '1e3', 'soon', 'Thu']) {
      expect(verdict(answer(503, ['retry-after', text])), text).not.toHaveProperty('retryAfterMs');
    }
  });

  test('of 410 is that the hook is gone, and its delivery is held', () => {
    expect(verdict(answer(410))).toMatchObject({ outcome: 'gone', next: { status: 'pending' } });
  });

  test('on what cannot be sent is final, and says nothing of the receiver', () => {
    for (const code of ['unsendable', 'egress.invalid'] as const) {
      const final = verdict({ code });
      expect(final).toEqual({ next: { status: 'failed' }, isBackingOff: false });
    }
  });

  test('on a ping is final, and a failed one does not count', () => {
    expect(verdict(answer(500), 0, 'ping')).toMatchObject({ next: { status: 'failed' } });
    expect(verdict(answer(500), 0, 'ping')).not.toHaveProperty('outcome');
    expect(verdict(answer(200), 0, 'ping')).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('health', () => {
  function toldAfter(
    outcomes: number,
    limits: { failuresMax: number; failingMs: number },
    stepMs = 1,
    from: HookHealth = HEALTHY,
  ) {
    let health = from;
    const told: string[] = [];
    for (let i = 0; i < outcomes; i++) {
      const step = healthAfter(health, 'failed', NOW + i * stepMs, limits);
      ({ health } = step);
      const { notice } = step;
      if (notice?.kind === 'failing') told.push(`${i + 1}: ${notice.percent} %`);
      if (notice?.kind === 'disabled') told.push(`${i + 1}: ${notice.why}`);
    }
    return told;
  }

  test('warns at 50, 75 and 90 percent of the failures that disable, once each', () => {
    expect(toldAfter(101, { failuresMax: 101, failingMs: 0 })).toEqual([
      '51: 50 %',
      '76: 75 %',
      '91: 90 %',
      '101: failures',
    ]);
    expect(toldAfter(5, { failuresMax: 5, failingMs: 0 })).toEqual([
      '3: 50 %',
      '4: 75 %',
      '5: failures',
    ]);
    expect(toldAfter(1, { failuresMax: 1, failingMs: 0 })).toEqual(['1: failures']);
    const resumed = toldAfter(5, { failuresMax: 5, failingMs: 0 }, 1, RESUMED);
    expect(resumed).toEqual(['3: 50 %', '4: 75 %', '5: failures']);
  });

  test('counts the time of nothing but failures', () => {
    expect(toldAfter(11, { failuresMax: 0, failingMs: 100 }, 10)).toEqual([
      '6: 50 %',
      '9: 75 %',
      '10: 90 %',
      '11: days',
    ]);
  });

  test('never disables where nothing is set', () => {
    expect(toldAfter(5000, { failuresMax: 0, failingMs: 0 }, 86_400_000)).toEqual([]);
  });
});
