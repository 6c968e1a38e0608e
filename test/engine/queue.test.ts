import { describe, expect, test } from 'vitest';
import { http } from './guest.ts';
import { ended, finish, Process, start, World } from './world.ts';

describe('a request in doubt', () => {
  test('is not sent again where its step says `in_doubt: hold`', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { inDoubt: 'hold' }));
    world.killAfter = 6; // capture?, capture, running?, running, send, sent
    const first = await start(world);
    await first.until(() => !first.alive);
    world.time.jump(world.time.now + 20_000);
    const second = new Process(world, 'p2');
    await second.open();
    await second.until(() => ended(world));
    expect(world.sent).toHaveLength(1);
    expect(world.run()?.failure).toMatchObject({ code: 'effect.in_doubt' });
  });
});

test('a run whose time has come is taken up soon after the machine slept through it', async () => {
  const world = new World();
  const until = world.time.now + 600_000;
  world.sandbox.scripts.main = async ({ effect }) => effect('wait', { until });
  const process = await start(world);
  await process.until(() => world.run()?.status === 'waiting');
  world.time.next(); // The look after which nothing is due for ten minutes.
  await process.settle();
  world.time.set(until);
  await process.until(() => ended(world));
  expect(world.time.now).toBeLessThanOrEqual(until + 5_000);
});

describe('a lease', () => {
  test('is kept as long as the process works, and no longer', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    world.killAfter = 5; // at `send`
    const first = await start(world);
    await first.until(() => !first.alive);
    const until = world.disk.leases.get(world.run()?.id ?? '')?.until ?? 0;
    const second = new Process(world, 'p2');
    await second.open();
    world.time.jump(until - 1);
    await second.settle();
    expect(world.sent).toEqual([]);
    await second.until(() => ended(world));
    expect(world.run()?.status).toBe('succeeded');
  });

  test('is renewed while an effect is under way', async () => {
    const world = new World();
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '25']] });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 2 }));
    const process = await start(world);
    const other = new Process(world, 'p2');
    await other.open();
    await process.until(() => ended(world));
    expect(world.sent).toHaveLength(2);
    expect(new Set(world.sent.map(({ key }) => key)).size).toBe(1);
  });

  test('that another process has taken makes the run end here without a trace', async () => {
    const world = new World();
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '25']] });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 2 }));
    const process = await start(world);
    await process.settle();
    const id = world.run()?.id ?? '';
    world.disk.leases.set(id, { owner: 'p2', until: 9e9 });
    await process.until(() => process.runs.live.size === 0);
    expect(world.run()?.status).toBe('running');
    expect(process.log.lines.at(-1)).toMatchObject({
      message: 'run.lease_lost',
      fields: { run: id },
    });
  });
});

describe('background runs', () => {
  test('wait for their turn where as many as may be are under way', async () => {
    const world = new World();
    world.respond = 'ack';
    world.also = ['other'];
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '5']] });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 2 }));
    world.sandbox.scripts.other = async ({ effect }) => effect(...http('b'));
    const process = new Process(world, 'p1', { concurrentMax: 1, pendingMax: 10 });
    await process.open();
    process.receive();
    await process.settle();
    expect(world.run('other')?.status).toBe('queued');
    await process.until(() => ended(world) && world.run('other')?.endedAt !== undefined);
    expect(world.sent.map(({ url }) => url)).toEqual(['a', 'a', 'b']);
  });

  test('fill the queue: then events are refused before they are stored', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => effect('wait', { until: 9_000_000 });
    const process = new Process(world, 'p1', { concurrentMax: 1, pendingMax: 1 });
    await process.open();
    process.receive();
    await process.settle();
    const refused = process.receiver.receive(world.route, { ...world.event, id: 'evt_2' });
    await expect(refused).rejects.toMatchObject({
      code: 'request.queue_full',
      message: 'Too many runs are open. Try again soon.',
    });
    expect(world.disk.events.has('evt_2')).toBe(false);
  });

  test('that fail are tried again with an empty journal and other keys, then rest as failed', async () => {
    const world = new World().retry({ attempts: 3, backoff: 'exponential' });
    world.respond = 'ack';
    world.replies.a = () => ({ status: 500 });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    await finish(world);
    const id = world.run()?.id;
    expect(world.sent.map(({ key }) => key)).toEqual([`${id}-1-0`, `${id}-2-0`, `${id}-3-0`]);
    expect(world.run()).toMatchObject({ status: 'failed', attempt: 3 });
    // 5 s and 10 s, with jitter of 0.5 three quarters of that; the queue looks at once or after 10 ms.
    expect(world.time.now).toBeGreaterThanOrEqual(1_000_000 + 3_750 + 7_500);
    expect(world.time.now).toBeLessThan(1_000_000 + 3_750 + 7_500 + 50);
  });

  test('that succeed at another attempt show no failure', async () => {
    const world = new World().retry({ attempts: 2, backoff: 'fixed' });
    world.respond = 'ack';
    world.replies.a = (count) => (count === 1 ? { status: 500 } : {});
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    await finish(world);
    expect(world.run()).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(world.run()?.failure).toBeUndefined();
  });

  test('are not tried again where a caller got the failure as answer, or a trial would end the same', async () => {
    const answered = new World().retry({ attempts: 3, backoff: 'fixed' });
    answered.replies.a = () => ({ status: 500 });
    answered.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    const process = await finish(answered);
    await process.settle();
    expect(process.answer?.status).toBe(500);
    expect(answered.run()).toMatchObject({ status: 'failed', attempt: 1 });
    const pure = new World().retry({ attempts: 3, backoff: 'fixed' });
    pure.respond = 'ack';
    pure.sandbox.scripts.main = async () => Promise.reject(new Error('always'));
    await finish(pure);
    expect(pure.run()).toMatchObject({ status: 'failed', attempt: 1 });
  });
});

describe('a process that stops', () => {
  test('gives its runs back when nothing is under way, and another one goes on at once', async () => {
    const world = new World();
    world.respond = 'ack';
    world.sandbox.scripts.main = async ({ effect }) => {
      await effect(...http('a'));
      await effect(...http('b'));
    };
    const process = await start(world);
    while (world.sequence.at(-1) !== 'send a') await new Promise(setImmediate);
    await process.runs.queue.close();
    expect(world.run()).toMatchObject({ status: 'queued' });
    expect(world.disk.leases.size).toBe(0);
    expect(world.sent.map(({ url }) => url)).toEqual(['a']);
    process.die();
    const second = new Process(world, 'p2');
    await second.open();
    await second.until(() => ended(world));
    expect(world.sent.map(({ url }) => url)).toEqual(['a', 'b']);
  });

  test('lets a run end whose caller waits', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect, respond }) => {
      await effect(...http('a'));
      await effect(...http('b'));
      respond('whole');
    };
    const process = await start(world);
    while (world.sequence.at(-1) !== 'send a') await new Promise(setImmediate);
    await process.runs.queue.close();
    await process.settle();
    expect(process.answer?.body).toBe('whole');
  });

  test('that may wait no longer leaves runs as they are on disk', async () => {
    const world = new World();
    world.respond = 'ack';
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '25']] });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 2 }));
    const process = await start(world);
    await process.settle();
    const before = world.sequence.length;
    void process.runs.queue.close();
    await process.runs.queue.cut();
    expect(world.sequence.length).toBe(before);
    expect(world.run()?.status).toBe('running');
  });
});

describe('by hand', () => {
  test('a run under way is cancelled, and what it called with it', async () => {
    const world = new World();
    world.respond = 'ack';
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '25']] });
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: 'f', inputs: {} });
    world.sandbox.scripts.f = async ({ effect }) => effect(...http('a', { attempts: 2 }));
    const process = await start(world);
    await process.settle();
    expect(await process.runs.cancel(world.run()?.id ?? '')).toMatchObject({
      status: 'cancelled',
      failure: { code: 'run.cancelled', message: 'The run was cancelled.' },
    });
    expect(world.run('f')?.status).toBe('cancelled');
    expect(process.runs.live.size).toBe(0);
  });

  test('a run that waits is cancelled with what it called, and never taken up', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: 'f', inputs: {} });
    world.sandbox.scripts.f = async ({ effect }) => effect('wait', { until: 2_000_000 });
    const process = await start(world);
    await process.settle();
    await process.runs.cancel(world.run()?.id ?? '');
    expect(world.run('f')?.status).toBe('cancelled');
    const executed = world.sandbox.executed.length;
    world.time.jump(3_000_000);
    await process.settle();
    expect(world.sandbox.executed.length).toBe(executed);
    expect(world.run()?.status).toBe('cancelled');
  });

  test('a failed run is retried as another attempt with the same id', async () => {
    const world = new World();
    world.replies.a = (count) => (count === 1 ? { status: 500 } : {});
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    const process = await finish(world);
    const id = world.run()?.id ?? '';
    expect(await process.runs.retry(id)).toMatchObject({ id, status: 'queued', attempt: 2 });
    await process.until(() => ended(world));
    expect(world.run()).toMatchObject({ id, status: 'succeeded', attempt: 2 });
  });

  test('nothing else is retried or cancelled, and the reason is said', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: 'f', inputs: {} });
    world.sandbox.scripts.f = async () => 1;
    const { runs } = await finish(world);
    const id = world.run()?.id ?? '';
    await expect(runs.retry(id)).rejects.toThrow(
      'Expected a run that has failed or was cancelled, got one that is succeeded.',
    );
    await expect(runs.cancel(id)).rejects.toThrow(
      'Expected a run that is open, got one that has succeeded.',
    );
    await expect(runs.cancel(world.run('f')?.id ?? '')).rejects.toThrow(
      `Expected a run of an event, got one that ${id} called.`,
    );
    await expect(runs.retry('run_x')).rejects.toThrow(
      'Expected the id of a stored run, got "run_x".',
    );
  });
});
