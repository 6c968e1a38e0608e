import { expect, test } from 'vitest';
import type { Execution, RunRecord } from '../../src/core/run.ts';
import { TOPIC_DEPTH_MAX } from '../../src/engine/limits.ts';
import { http } from './guest.ts';
import { finish, Process, start, World } from './world.ts';

/** `main` emits `order.paid`, which starts one run with an effect and one without. */
function emitting(): World {
  const world = new World();
  world.sandbox.scripts.main = async ({ effect }) =>
    effect('emit', { topic: 'order.paid', data: { id: 7 } });
  world.sandbox.scripts.a = async ({ effect }) => effect(...http('a'));
  world.sandbox.scripts.b = async () => 'b';
  world.topics.a = 'order.paid';
  world.topics.b = 'order.paid';
  world.topics.c = 'order.lost';
  return world;
}

function isOver(world: World): boolean {
  const runs = [...world.disk.runs.values()];
  const events = [...world.disk.events.values()];
  return (
    events.length === 2 &&
    events.every(({ status }) => status === 'done') &&
    runs.length === 3 &&
    runs.every(({ endedAt }) => endedAt !== undefined)
  );
}

function executionOf(world: World, run: RunRecord | undefined): Execution | undefined {
  return world.sandbox.executed.find(({ runId }) => runId === run?.id);
}

test('a message starts the automations of its topic, each once, with the message in `event`', async () => {
  const world = emitting();
  const process = await start(world);
  await process.until(() => isOver(world));
  expect(world.sent).toHaveLength(1);
  const [message] = world.disk.messages;
  const id = `evt_${message?.id.slice(4)}`;
  expect(world.disk.events.get(id)).toMatchObject({
    webhookId: '',
    method: 'TOPIC',
    path: 'order.paid',
    status: 'done',
  });
  for (const name of ['a', 'b']) {
    const run = world.run(name);
    expect(run).toMatchObject({ status: 'succeeded', eventId: id, webhookId: '', binding: -1 });
    expect(JSON.parse(executionOf(world, run)?.event ?? '')).toEqual({
      id,
      received_at: '1970-01-01T00:16:40.000Z',
      topic: 'order.paid',
      data: { id: 7 },
    });
  }
});

test('a message that starts nothing makes no event', async () => {
  const world = emitting();
  world.sandbox.scripts.main = async ({ effect }) => effect('emit', { topic: 'x', data: 1 });
  await finish(world);
  expect(world.disk.messages).toHaveLength(1);
  expect([...world.disk.events.keys()]).toEqual([world.event.id]);
});

test('a hook of the same name starts nothing', async () => {
  const world = emitting();
  world.sandbox.scripts.main = async ({ effect }) =>
    effect('hook', { hook: 'order.paid', data: 1 });
  await finish(world);
  expect(world.disk.messages).toHaveLength(1);
  expect([...world.disk.events.keys()]).toEqual([world.event.id]);
});

test('a message and its runs survive a crash at every moment, and none is made twice', async () => {
  const whole = emitting();
  const process = await start(whole);
  await process.until(() => isOver(whole));
  const moments = whole.sequence.length;
  expect(moments).toBeGreaterThan(12);
  for (let moment = 1; moment < moments; moment++) {
    const world = emitting();
    world.killAfter = moment;
    const first = await start(world);
    await first.until(() => isOver(world));
    if (!world.disk.events.has(world.event.id)) continue; // Not acknowledged, so not begun.
    world.time.jump(world.time.now + 20_000);
    const second = new Process(world, 'p2');
    await second.open();
    await second.until(() => isOver(world));
    expect(world.disk.messages).toHaveLength(1);
    expect([...world.disk.runs.values()].map(({ automation }) => automation).sort()).toEqual([
      'a',
      'b',
      'main',
    ]);
    expect(new Set(world.sent.map(({ key }) => key)).size).toBe(1);
    expect(world.broken).toEqual([]);
  }
});

test('messages that start each other in a circle end in a failure', async () => {
  const world = new World();
  const emit = { topic: 'round', data: null };
  world.sandbox.scripts.main = async ({ effect }) => effect('emit', emit);
  world.sandbox.scripts.again = async ({ effect }) => effect('emit', emit);
  world.topics.again = 'round';
  const process = await start(world);
  const failed = (): RunRecord | undefined =>
    [...world.disk.runs.values()].find(({ status }) => status === 'failed');
  await process.until(() => failed() !== undefined);
  await process.settle();
  expect(failed()?.failure).toMatchObject({
    code: 'effect.failed',
    message: `Expected at most 16 messages that start each other’s runs, got another under \`round\`.`,
  });
  expect(world.disk.messages).toHaveLength(TOPIC_DEPTH_MAX);
  expect(world.disk.runs.size).toBe(TOPIC_DEPTH_MAX + 1);
});

test('headers of a request do not count as the depth of a message', async () => {
  const world = emitting();
  Object.assign(world.event, { headers: '["hookwright-depth","16"]' });
  const process = await start(world);
  await process.until(() => isOver(world));
  expect(world.disk.messages).toHaveLength(1);
});

test('a stopping process leaves the event of a message to the next one', async () => {
  const world = emitting();
  const first = await start(world);
  first.topics.close();
  await first.until(() => world.run()?.endedAt !== undefined);
  expect(world.run('a')).toBeUndefined();
  first.die();
  world.time.jump(world.time.now + 20_000);
  const second = new Process(world, 'p2');
  await second.open();
  await second.until(() => isOver(world));
  expect(world.sent).toHaveLength(1);
});
