import { describe, expect, test } from 'vitest';
import { Lanes } from '../../../src/engine/deliver/lanes.ts';

const FAST = { isSuccess: true, isBackingOff: false };
const DOWN = { isSuccess: false, isBackingOff: true };

interface HookFacts {
  readonly concurrency?: number;
  readonly ordered?: boolean;
  readonly rate?: { count: number; perMs: number };
}

/** Lanes over hooks that always have more that is due. */
function lanesOf(hooks: Record<string, HookFacts>, limits = { fastMax: 4, slowMax: 4 }) {
  const lanes = new Lanes(limits);
  let next = 0;
  const find = (id: string) => {
    const facts = hooks[id];
    return facts === undefined ? undefined : { id, concurrency: 4, ordered: false, ...facts };
  };
  /** Claims and begins what is wanted; the ids of what was begun by hook. */
  async function begin(now: number, countMax = 99): Promise<Record<string, string[]>> {
    const wants = lanes.wants(now, countMax, find);
    const due = wants.map(({ hookId }) => ({ hookId, dueAt: now }));
    await lanes.claim(wants, async () => ({ due }));
    const begun: Record<string, string[]> = {};
    for (const want of wants) {
      begun[want.hookId] = Array.from({ length: want.countMax }, () => `d${next++}`);
      for (const id of begun[want.hookId]!) lanes.began(find(want.hookId)!, id, now);
    }
    return begun;
  }
  for (const id of Object.keys(hooks)) lanes.wake(id, 0);
  /** Shows that a hook answers fast. */
  async function tried(id: string, now: number): Promise<void> {
    lanes.began(find(id)!, `t${id}`, now);
    lanes.ended(id, `t${id}`, now, FAST);
  }
  return { lanes, find, begin, tried };
}

const counts = (begun: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(begun).map(([id, list]) => [id, list.length]));

describe('turns', () => {
  test('a new hook gets one place, and as many as it may have once it has succeeded', async () => {
    const { lanes, begin } = lanesOf({ a: {} });
    const first = await begin(0);
    expect(counts(first)).toEqual({ a: 1 });
    expect(await begin(0)).toEqual({});
    lanes.ended('a', first.a![0]!, 1, FAST);
    expect(counts(await begin(1))).toEqual({ a: 4 });
  });

  test('hooks that were served go behind those that were not', async () => {
    const { lanes, begin } = lanesOf({ a: {}, b: {}, c: {} }, { fastMax: 4, slowMax: 1 });
    const order: string[] = [];
    for (let i = 0; i < 6; i++) {
      const [[id, [delivery]]] = Object.entries(await begin(i)) as [[string, [string]]];
      order.push(id);
      lanes.ended(id, delivery, i + 600, { isSuccess: true, isBackingOff: false });
    }
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('hooks that hang take no place from those that answer fast', async () => {
    const dead = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`dead${i}`, {}]));
    const { begin, tried } = lanesOf({ ...dead, good: {} });
    await tried('good', 0);
    expect(counts(await begin(0))).toEqual({ dead0: 1, dead1: 1, dead2: 1, dead3: 1, good: 4 });
  });

  test('a fast hook that begins to hang loses its places among the fast ones after half a second', async () => {
    const { lanes, begin, tried, find } = lanesOf({ a: {}, b: {} });
    await tried('a', 0);
    await tried('b', 0);
    expect(counts(await begin(0))).toEqual({ a: 4 });
    expect(await begin(499)).toEqual({});
    expect(lanes.nextLook(499, find)).toBe(500);
    expect(counts(await begin(500))).toEqual({ b: 4 });
  });
});

describe('backing off', () => {
  test('waits longer with each failure, one attempt at a time, until it succeeds', async () => {
    const { lanes, begin, find } = lanesOf({ a: {} });
    let now = 0;
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      const { a } = await begin(now);
      expect(a).toHaveLength(1);
      lanes.ended('a', a![0]!, now, DOWN);
      const next = lanes.nextLook(now, find);
      waits.push(next - now);
      now = next;
    }
    expect(waits.slice(0, 3)).toEqual([250, 500, 1000]);
    expect(waits.at(-1)).toBe(60_000);
    lanes.ended('a', (await begin(now)).a![0]!, now, FAST);
    expect(counts(await begin(now))).toEqual({ a: 4 });
  });

  test('lasts as long as the receiver asked, and ends when a person says so', async () => {
    const { lanes, begin } = lanesOf({ a: {} });
    const { a } = await begin(0);
    lanes.ended('a', a![0]!, 0, { ...DOWN, retryAfterMs: 5_000 });
    expect(await begin(4_999)).toEqual({});
    lanes.unblock('a');
    expect(counts(await begin(4_999))).toEqual({ a: 1 });
  });

  test('counts attempts that were under way together as one', async () => {
    const { lanes, begin, tried, find } = lanesOf({ a: {} });
    await tried('a', 0);
    const { a } = await begin(1);
    expect(a).toHaveLength(4);
    for (const [index, id] of a!.entries()) lanes.ended('a', id, 10 + index, DOWN);
    expect(lanes.nextLook(13, find)).toBe(260);
    lanes.ended('a', (await begin(260)).a![0]!, 261, DOWN);
    expect(lanes.nextLook(261, find)).toBe(761);
  });

  test('goes on though what was sent before succeeds, and ends when a ping does', async () => {
    const { lanes, begin, tried, find } = lanesOf({ a: {} });
    await tried('a', 0);
    const [first, second, third] = (await begin(1)).a!;
    lanes.ended('a', first!, 10, { ...DOWN, retryAfterMs: 5_000 });
    lanes.ended('a', second!, 11, FAST);
    lanes.ended('a', third!, 12, { ...DOWN, retryAfterMs: 9_000 });
    expect(lanes.nextLook(12, find)).toBe(9_012);
    lanes.began(find('a')!, 'ping', 100);
    lanes.ended('a', 'ping', 101, FAST);
    expect(counts(await begin(101))).toEqual({ a: 3 });
  });

  test('is over where the clock was set back, and so is a rate', async () => {
    const { lanes, begin, tried } = lanesOf({ a: { rate: { count: 1, perMs: 1_000 } }, b: {} });
    const later = 3_600_000;
    await tried('b', later);
    const { a, b } = await begin(later);
    lanes.ended('a', a![0]!, later, FAST);
    for (const id of b!) lanes.ended('b', id, later, DOWN);
    expect(await begin(later)).toEqual({});
    for (const id of ['a', 'b']) lanes.wake(id, 0);
    expect(counts(await begin(0))).toEqual({ a: 1, b: 1 });
  });

  test('is not for answers that refuse one message', async () => {
    const { lanes, begin, tried } = lanesOf({ a: {} });
    await tried('a', 0);
    const { a } = await begin(0);
    lanes.ended('a', a![0]!, 0, { isSuccess: false, isBackingOff: false });
    expect(counts(await begin(0))).toEqual({ a: 1 });
  });
});

test('no more attempts begin in any window than the rate allows', async () => {
  const rate = { count: 3, perMs: 100 };
  const { lanes, begin, tried, find } = lanesOf(
    { a: { rate, concurrency: 9 } },
    { fastMax: 99, slowMax: 99 },
  );
  await tried('a', -1_000);
  const begun: number[] = [];
  for (let now = 0; now < 1000; now += 7) {
    for (const id of (await begin(now)).a ?? []) {
      begun.push(now);
      lanes.ended('a', id, now, FAST);
    }
    const next = lanes.nextLook(now, find);
    expect(next).toBeGreaterThan(now);
    expect(next).toBeLessThanOrEqual(now + 100);
  }
  for (const at of begun) {
    expect(begun.filter((other) => other > at - 100 && other <= at).length).toBeLessThanOrEqual(3);
  }
  expect(begun.length).toBeGreaterThan(25);
});

test('an ordered hook has one attempt under way', async () => {
  const { begin, tried } = lanesOf({ a: { ordered: true } });
  await tried('a', 0);
  expect(counts(await begin(0))).toEqual({ a: 1 });
  expect(await begin(0)).toEqual({});
});

test('a wake-up while the store is asked is not lost', async () => {
  const { lanes, find } = lanesOf({ a: {} });
  const wants = lanes.wants(0, 9, find);
  await lanes.claim(wants, async () => {
    lanes.wake('a', 5);
    return { due: [] };
  });
  expect(lanes.wants(5, 9, find)).toHaveLength(1);
});

test('hooks that are paused or gone keep nobody awake', () => {
  const { lanes } = lanesOf({ a: {} });
  expect(lanes.wants(0, 9, () => undefined)).toEqual([]);
  expect(lanes.nextLook(0, () => undefined)).toBe(Number.POSITIVE_INFINITY);
});
