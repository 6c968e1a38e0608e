import { expect, test } from 'vitest';
import { checkEnd } from './check-end.ts';
import { checkLife } from './check-life.ts';
import { Load } from './load.ts';
import { Receiver } from './receiver.ts';
import { Server } from './server.ts';

const SEED = 11;
const LATER_MS = 60_000;
const TEST_MS_MAX = 120_000;

test(
  'a server stopped under load loses nothing, leaves nothing in doubt, and the next one ends it all',
  async () => {
    await using server = new Server();
    await using receiver = await Receiver.open();
    const { life, urls } = await server.startWorkload(receiver.url);
    const load = new Load(SEED);
    receiver.onReceived = () => {
      if (receiver.log.length === 50) life.signal('SIGTERM');
    };
    await load.send(urls, 500, () => life.over);
    expect(await life.ended).toEqual({ code: 0, signal: null });
    expect(life.errors).toEqual([]);
    const after = server.snapshot();
    const { sent } = load;
    const received = [...receiver.log];
    expect(checkLife({ sent, received, recorded: new Set(), after })).toEqual([]);

    const next = await server.start(LATER_MS);
    await server.untilEnded(next.life, LATER_MS);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(checkEnd(sent, receiver.log, server.snapshot())).toEqual([]);
    const keys = receiver.log
      .filter(({ path }) => !path.startsWith('/flaky/')) // Its step tries again by itself.
      .map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  },
  TEST_MS_MAX,
);
