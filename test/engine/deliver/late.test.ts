import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { idMaker } from '../../../src/core/ids.ts';
import type { Timer } from '../../../src/core/timer.ts';
import { Vault } from '../../../src/core/vault.ts';
import { Deliverer } from '../../../src/engine/deliver/deliverer.ts';
import { Deliveries } from '../../../src/engine/hooks/deliveries.ts';
import { Hooks } from '../../../src/engine/hooks/hooks.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { profiles } from '../../hook/parts.ts';
import { someFolder } from '../../store/folder.ts';

const HOUR_MS = 3_600_000;

/** Timers that go on while the machine is awake, beside a clock that a person sets. */
function someTime() {
  const time = { now: Date.UTC(2026, 0, 1), awake: 0 };
  const timers = new Set<{ at: number; wake: () => void }>();
  const timer: Timer = (ms, wake) => {
    const one = { at: time.awake + ms, wake };
    timers.add(one);
    return () => void timers.delete(one);
  };
  function pass(ms: number): void {
    time.now += ms;
    time.awake += ms;
    for (const one of [...timers]) {
      if (one.at <= time.awake && timers.delete(one)) one.wake();
    }
  }
  return { time, timer, pass };
}

test('what is due after the machine has slept, or its clock was set, is sent soon after', async () => {
  const { time, timer, pass } = someTime();
  const clock = () => time.now;
  const store = await openSqliteStore({ dataDir: someFolder() });
  const makeId = idMaker();
  const vault = new Vault(randomBytes(32));
  const hooks = await Hooks.open({ store, vault, profiles, clock, makeId, random: randomBytes });
  let attempts = 0;
  const deliverer = new Deliverer({
    store,
    hooks,
    outbound: {
      send: async ({ url }) => {
        attempts += 1;
        const status = attempts === 1 ? 404 : 200;
        const body = new Uint8Array();
        return { status, headers: [], body, truncated: false, url, ms: 1, address: '192.0.2.1' };
      },
    },
    profileOf: (hook) => hooks.profileOf(hook),
    clock,
    timer,
    random: () => 0.5,
    source: () => 'https://hooks.example.com',
    version: '1',
    log: { write: () => {} },
    owner: 'test',
    limits: { fastMax: 1, slowMax: 1 },
    mails: false,
    starts: () => false,
    notify: () => {},
    attempted: () => {},
  });
  onTestFinished(async () => {
    await deliverer.close();
    await store.close();
  });
  await deliverer.open(true);
  await hooks.create({ url: 'https://example.com/in', topics: ['a'], retryMs: [2 * HOUR_MS] });
  const deliveries = new Deliveries({
    store,
    hooks,
    clock,
    makeId,
    sending: () => deliverer,
    subscriptions: () => undefined,
  });
  const { id } = await deliveries.emit('a', {});
  const status = async () => (await store.deliveries({ messageId: id, countMax: 1 }))[0]?.status;
  await expect.poll(() => attempts).toBe(1);
  await expect.poll(status).toBe('pending');
  pass(HOUR_MS);
  time.now += HOUR_MS; // Asleep: no timer has seen this hour.
  pass(5_000);
  await expect.poll(status).toBe('succeeded');
  expect(attempts).toBe(2);
});
