import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { parseRate, type Rate } from '../../../src/core/rate.ts';
import type { Webhook, WebhookLimits } from '../../../src/core/webhook.ts';
import { CLIENTS_MAX, clientKey, Limiter } from '../../../src/http/ingress/limiter.ts';
import { RememberingLog, testWebhook } from '../../engine/parts.ts';

const rate = (text: string): Rate => parseRate(text) as Rate;
const IP = '192.0.2.1';

let now: number;
let timers: { at: number; wake: () => void }[];
let log: RememberingLog;

beforeEach(() => {
  now = 1_767_312_000_000;
  timers = [];
  log = new RememberingLog();
});

function limiterOf(clientRate?: Rate): Limiter {
  return new Limiter({
    clientRate,
    clock: () => now,
    timer: (ms, wake) => {
      const timer = { at: now + ms, wake };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    log,
  });
}

function webhookOf(limits?: WebhookLimits): Webhook {
  return testWebhook({ settings: limits === undefined ? {} : { limits } });
}

/** 0 where the request is let in, else the seconds of `Retry-After`. */
function tried(limiter: Limiter, webhook: Webhook, ip = IP): number {
  try {
    limiter.enter(webhook, ip)();
    return 0;
  } catch (error) {
    const { status, headers } = error as { status: number; headers: string[] };
    expect(status).toBe(429);
    expect(headers[0]).toBe('retry-after');
    return Number(headers[1]);
  }
}

function countIn(limiter: Limiter, webhook: Webhook, tries: number, ip = IP): number {
  return Array.from({ length: tries }, () => tried(limiter, webhook, ip)).filter((n) => n === 0)
    .length;
}

/** Lets time pass, and timers fire. */
function pass(ms: number): void {
  now += ms;
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers.splice(timers.indexOf(timer), 1);
    timer.wake();
  }
}

test('a webhook without limits takes everything, and nothing is remembered of it', () => {
  const limiter = limiterOf();
  expect(countIn(limiter, webhookOf(), 10_000)).toBe(10_000);
  expect(limiter.clients).toBe(0);
});

describe('a rate', () => {
  test('lets a burst through and then as many as it says, and tells how long to wait', () => {
    const limiter = limiterOf();
    const webhook = webhookOf({ rate: rate('60/min burst 10') });
    expect(countIn(limiter, webhook, 20)).toBe(10);
    expect(tried(limiter, webhook)).toBe(1);
    pass(999);
    expect(tried(limiter, webhook)).toBe(1);
    pass(1);
    expect(countIn(limiter, webhook, 5)).toBe(1);
    pass(60_000);
    expect(countIn(limiter, webhook, 20)).toBe(10);
  });

  test('counts all clients together, and each webhook by itself', () => {
    const limiter = limiterOf();
    const webhook = webhookOf({ rate: rate('2/day') });
    expect(countIn(limiter, webhook, 1, '192.0.2.1')).toBe(1);
    expect(countIn(limiter, webhook, 1, '192.0.2.2')).toBe(1);
    expect(tried(limiter, webhook, '192.0.2.3')).toBe(43_200);
    expect(tried(limiter, webhookOf({ rate: rate('2/day') }))).toBe(0);
  });

  test('begins anew when the settings change, and only then', () => {
    const limiter = limiterOf();
    const webhook = webhookOf({ rate: rate('1/day') });
    expect(tried(limiter, webhook)).toBe(0);
    expect(tried(limiter, { ...webhook, name: 'another' })).toBe(86_400);
    expect(tried(limiter, { ...webhook, settings: { limits: { rate: rate('1/s') } } })).toBe(0);
  });
});

describe('a rate for each client', () => {
  test('counts addresses apart, and IPv6 by /64', () => {
    const limiter = limiterOf();
    const webhook = webhookOf({ perClient: rate('1/min') });
    expect(tried(limiter, webhook, '192.0.2.1')).toBe(0);
    expect(tried(limiter, webhook, '192.0.2.1')).toBe(60);
    expect(tried(limiter, webhook, '192.0.2.2')).toBe(0);
    expect(tried(limiter, webhook, '2001:db8:0:1::1')).toBe(0);
    expect(tried(limiter, webhook, '2001:db8:0:1:ffff::9')).toBe(60);
    expect(tried(limiter, webhook, '2001:db8:0:2::1')).toBe(0);
  });

  test('is the server’s where the webhook says nothing, and none where it says none', () => {
    const limiter = limiterOf(rate('1/min'));
    expect(countIn(limiter, webhookOf(), 5)).toBe(1);
    expect(countIn(limiter, webhookOf({ perClient: rate('3/min') }), 5)).toBe(3);
    expect(countIn(limiter, webhookOf({ perClient: 'none' }), 5)).toBe(5);
    expect(countIn(limiter, webhookOf({ concurrent: 9 }), 5)).toBe(1);
  });

  test('keeps one client from using up what the webhook allows to all', () => {
    const limiter = limiterOf();
    const webhook = webhookOf({ rate: rate('10/day'), perClient: rate('2/day') });
    expect(countIn(limiter, webhook, 1_000, '192.0.2.1')).toBe(2);
    const others = [2, 3, 4, 5].map((n) => countIn(limiter, webhook, 5, `192.0.2.${n}`));
    expect(others).toEqual([2, 2, 2, 2]);
    expect(countIn(limiter, webhook, 5, '192.0.2.9')).toBe(0);
  });

  test('remembers so many clients and no more, and forgets those it heard of longest ago', () => {
    const limiter = limiterOf(rate('1/day'));
    const webhook = webhookOf();
    const ip = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    expect(tried(limiter, webhook, 'first')).toBe(0);
    for (let n = 0; n < 3 * CLIENTS_MAX; n++) {
      limiter.enter(webhook, ip(n))();
      // Heard of again and again, though in vain.
      if (n % 10_000 === 0) expect(tried(limiter, webhook, 'first')).toBe(86_400);
    }
    expect(limiter.clients).toBeLessThanOrEqual(CLIENTS_MAX);
    expect(limiter.clients).toBeGreaterThanOrEqual(CLIENTS_MAX / 2);
    expect(tried(limiter, webhook, ip(3 * CLIENTS_MAX - CLIENTS_MAX / 2 + 1))).toBe(86_400);
    expect(tried(limiter, webhook, ip(0))).toBe(0);
  });

  test('has one key for each network of /64, whatever the address is', () => {
    const part = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), (parts) => {
        const address = new ipaddr.IPv6(parts).toString();
        const network = parts.slice(0, 4).map((group) => group.toString(16));
        expect(clientKey(address)).toBe(network.join(':'));
      }),
    );
    expect(clientKey('fe80::1%eth0')).toBe('fe80:0:0:0');
    expect(clientKey('192.0.2.1')).toBe('192.0.2.1');
  });
});

test('requests under way are counted until they are answered', () => {
  const limiter = limiterOf();
  const webhook = webhookOf({ concurrent: 2 });
  const [leave] = [limiter.enter(webhook, IP), limiter.enter(webhook, IP)];
  expect(tried(limiter, webhook)).toBe(1);
  leave?.();
  expect(tried(limiter, webhook)).toBe(0);
  expect(tried(limiter, webhook)).toBe(0);
});

test('a request refused for one limit counts for no other', () => {
  const limiter = limiterOf();
  const webhook = webhookOf({ rate: rate('2/day'), concurrent: 1 });
  const leave = limiter.enter(webhook, IP);
  expect(countIn(limiter, webhook, 10)).toBe(0);
  leave();
  expect(countIn(limiter, webhook, 10)).toBe(1);
});

test('the log has one line for each webhook and stretch of time, however many were refused', () => {
  const limiter = limiterOf();
  const one = webhookOf({ rate: rate('1/day'), perClient: rate('1/day') });
  const two = webhookOf({ concurrent: 1 });
  countIn(limiter, one, 501, '192.0.2.1');
  countIn(limiter, one, 20, '192.0.2.2');
  limiter.enter(two, IP);
  countIn(limiter, two, 3);
  expect(log.lines).toEqual([]);
  pass(10_000);
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'limited',
      fields: { webhook: one.id, refused: 520, rate: 20, client: 500, last_ip: '192.0.2.2' },
    },
    {
      level: 'warn',
      message: 'limited',
      fields: { webhook: two.id, refused: 3, concurrent: 3, last_ip: IP },
    },
  ]);
  pass(100_000);
  expect(log.lines).toHaveLength(2);
  countIn(limiter, two, 1);
  pass(10_000);
  expect(log.lines[2]?.fields).toEqual({ webhook: two.id, refused: 1, concurrent: 1, last_ip: IP });
});
