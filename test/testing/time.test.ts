import { expect, test } from 'vitest';
import { VirtualTime } from '../../src/testing/time.ts';

test('timers end in the order of their times, whatever the order of asking, and move the clock', async () => {
  const time = new VirtualTime(1000);
  const ended: [string, number][] = [];
  const wait = (name: string, ms: number): Promise<void> =>
    new Promise((resolve) => {
      time.timer(ms, () => {
        ended.push([name, time.clock()]);
        resolve();
      });
    });
  await Promise.all([wait('day', 86_400_000), wait('second', 1000), wait('now', -5)]);
  expect(ended).toEqual([
    ['now', 1000],
    ['second', 2000],
    ['day', 86_401_000],
  ]);
});

test('time stands still while work outside is under way, and a cancelled timer never ends', async () => {
  const time = new VirtualTime(0);
  let finish = (): void => {};
  const work = time.hold(
    new Promise<void>((resolve) => {
      finish = resolve;
    }),
  );
  const late = new Promise<number>((resolve) => {
    time.timer(50, () => resolve(time.clock()));
  });
  const cancel = time.timer(10, () => expect.unreachable());
  cancel();
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  expect(time.clock()).toBe(0);
  finish();
  await work;
  expect(await late).toBe(50);
});
