import { expect, test } from 'vitest';
import { checkEnd } from './check-end.ts';
import type { Sent } from './client.ts';
import { Load } from './load.ts';
import { Receiver } from './receiver.ts';
import { eventually, Server } from './server.ts';

/** Leases, backoff of runs, and the waits of automations are shorter. */
const LATER_MS = 20_000;
const SEED = 7;
const TEST_MS_MAX = 120_000;

test.each(['full', 'read-only'] as const)(
  'while the disk is %s events are answered 503, and all that was acknowledged ends when it is sound, without a restart',
  async (state) => {
    await using server = new Server();
    await using receiver = await Receiver.open();
    const { life, urls } = await server.startWorkload(receiver.url);
    const load = new Load(SEED);
    const refused = ({ status }: Sent): boolean => status === 503;

    for (let round = 0; round < 2; round++) {
      expect((await load.send(urls, 30)).filter(refused)).toEqual([]);
      // Runs and commits are under way when it happens.
      const meanwhile = load.send(urls, 60);
      life.disk(state);
      await meanwhile;
      await eventually(
        () => load.send(urls, 16),
        (answered) => answered.every(refused),
      );
      life.disk('sound');
      await eventually(
        () => load.send(urls, 16),
        (answered) => !answered.some(refused),
      );
    }
    const moving = setInterval(() => life.later(LATER_MS), 1000);
    try {
      await server.untilIdle();
    } finally {
      clearInterval(moving);
    }
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(checkEnd(load.sent, receiver.log, server.snapshot())).toEqual([]);
  },
  TEST_MS_MAX,
);
