import { expect, test } from 'vitest';
import { prepareRoute, type Route } from '../../src/engine/route.ts';
import { http } from './guest.ts';
import { testWebhook } from './parts.ts';
import { Process, start, World } from './world.ts';

/** A world whose webhook forwards under `order.paid`, with or without an automation bound to it. */
class Forwarding extends World {
  bound = true;

  override get route(): Route {
    const settings = { forward: 'order.paid', map: { id: { from: 'json.id' } } };
    const webhook = testWebhook({
      id: 'wh_1',
      bindings: this.bound ? [{ automation: 'main' }] : [],
      settings,
    });
    return prepareRoute(webhook, (name) => this.automationOf(name));
  }
}

function forwarding(bound = true): Forwarding {
  const world = new Forwarding({ body: Buffer.from('{"id":7,"rest":1}'), data: '{"id":7}' });
  world.bound = bound;
  world.sandbox.scripts.main = async () => 'main';
  world.sandbox.scripts.a = async ({ effect }) => effect(...http('a'));
  world.topics.a = 'order.paid';
  return world;
}

function isOver(world: World): boolean {
  const events = [...world.disk.events.values()];
  const runs = [...world.disk.runs.values()];
  return (
    events.length === 2 &&
    events.every(({ status }) => status !== 'pending') &&
    world.run('a') !== undefined &&
    runs.every(({ endedAt }) => endedAt !== undefined)
  );
}

test('a webhook forwards without any automation, and what it forwards starts those of the topic', async () => {
  const world = forwarding(false);
  const process = await start(world);
  await process.until(() => isOver(world));
  expect(process.answer?.status).toBe(202);
  const [message] = world.disk.messages;
  expect(message).toMatchObject({ kind: 'emit', to: 'order.paid', data: '{"id":7}' });
  expect(world.disk.events.get(world.event.id)?.status).toBe('captured');
  const execution = world.sandbox.executed.find(({ runId }) => runId === world.run('a')?.id);
  expect(JSON.parse(execution?.event ?? '')).toMatchObject({
    topic: 'order.paid',
    data: { id: 7 },
  });
});

test('what was mapped is `event.data` of the runs of the webhook', async () => {
  const world = forwarding();
  const process = await start(world);
  await process.until(() => isOver(world));
  const execution = world.sandbox.executed.find(({ runId }) => runId === world.run('main')?.id);
  expect(JSON.parse(execution?.event ?? '')).toEqual({
    id: world.event.id,
    received_at: '1970-01-01T00:16:39.000Z',
    data: { id: 7 },
  });
});

test('where nothing waits for the topic, the message is stored and makes no event', async () => {
  const world = forwarding();
  delete world.topics.a;
  const process = await start(world);
  await process.until(() => world.run()?.endedAt !== undefined);
  expect(world.disk.messages).toHaveLength(1);
  expect([...world.disk.events.keys()]).toEqual([world.event.id]);
});

test.each([true, false])(
  'a forwarded message survives a crash at every moment, and is made once (bound: %s)',
  async (bound) => {
    const whole = forwarding(bound);
    const process = await start(whole);
    await process.until(() => isOver(whole));
    const moments = whole.sequence.length;
    expect(moments).toBeGreaterThan(6);
    for (let moment = 1; moment < moments; moment++) {
      const world = forwarding(bound);
      world.killAfter = moment;
      const first = await start(world);
      await first.until(() => isOver(world));
      // Stored together or not at all.
      expect(world.disk.messages).toHaveLength(world.disk.events.has(world.event.id) ? 1 : 0);
      if (!world.disk.events.has(world.event.id)) continue; // Not acknowledged.
      world.time.jump(world.time.now + 20_000);
      const second = new Process(world, 'p2');
      await second.open();
      await second.until(() => isOver(world));
      expect(world.disk.messages).toHaveLength(1);
      expect([...world.disk.runs.values()].map(({ automation }) => automation).sort()).toEqual(
        bound ? ['a', 'main'] : ['a'],
      );
      expect(new Set(world.sent.map(({ key }) => key)).size).toBe(1);
      expect(world.broken).toEqual([]);
    }
  },
);
