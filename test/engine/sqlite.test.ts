import { expect, onTestFinished, test } from 'vitest';
import type { RunRecord } from '../../src/core/run.ts';
import type { Store } from '../../src/engine/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { someFolder } from '../store/folder.ts';
import { http } from './guest.ts';
import { Process, World } from './world.ts';

async function openStore(onCommit: (calls: number) => void = () => {}): Promise<Store> {
  const store = await openSqliteStore({ dataDir: someFolder(), onCommit });
  onTestFinished(() => store.close());
  return store;
}

/** Lets time pass until the event's run is as wanted; none while the store's thread is at work for a run. */
async function until(process: Process, status: RunRecord['status']): Promise<RunRecord> {
  const { world, store } = process;
  for (;;) {
    const runs = await store.runsOf(world.event.id);
    const run = runs.find(({ automation, status: now }) => automation === 'main' && now === status);
    if (run !== undefined) return run;
    if (process.runs.live.size === 0) world.time.next();
  }
}

const LIMITS = { concurrentMax: 10, pendingMax: 100 };

test('on the real store: an event and the first effect of its run take one commit', async () => {
  const world = new World();
  const commits: number[] = [];
  const store = await openStore((calls) => commits.push(calls));
  world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
  const process = new Process(world, 'p1', LIMITS, store);
  await process.open();
  process.receive();
  await until(process, 'succeeded');
  expect(commits).toEqual([2, 1]);
});

test('on the real store: a run with every kind of effect is left by one process and ended by another', async () => {
  const world = new World();
  const store = await openStore();
  world.respond = 'ack';
  world.sandbox.scripts.main = async ({ effect }) => {
    await effect(...http('a'));
    const [count, value] = await Promise.all([
      effect('state', { op: 'increment', key: 'k', by: 1 }),
      effect('call', { function: 'f', inputs: {} }),
      effect('emit', { topic: 't', data: {} }),
    ]);
    await effect('wait', { until: 3_000_000 });
    await effect(...http('last'));
    return [count, value];
  };
  world.sandbox.scripts.f = async ({ effect }) => {
    await effect(...http('b'));
    await effect('wait', { until: 2_000_000 });
    return 'called';
  };
  const first = new Process(world, 'p1', LIMITS, store);
  await first.open();
  first.receive();
  const waiting = await until(first, 'waiting');
  expect(waiting.dueAt).toBe(2_000_000);
  await first.runs.queue.close();
  first.die();
  world.time.jump(2_500_000);
  const second = new Process(world, 'p2', LIMITS, store);
  await second.open();
  const run = await until(second, 'succeeded');
  expect(run.value).toBe('[1,"called"]');
  expect(world.sent.map(({ url }) => url)).toEqual(['a', 'b', 'last']);
  expect((await store.event(world.event.id))?.status).toBe('done');
  const journal = await store.journal(run.id);
  expect(journal.map(({ kind, ended }) => [kind, ended?.result.ok])).toEqual([
    ['http', true],
    ['state', true],
    ['call', true],
    ['emit', true],
    ['wait', true],
    ['http', true],
  ]);
  expect(await store.openRuns()).toBe(0);
});

test('on the real store: a failed attempt is forgotten, and a cancelled one too', async () => {
  const world = new World().retry({ attempts: 2, backoff: 'fixed' });
  const store = await openStore();
  world.respond = 'ack';
  world.replies.a = () => ({ status: 500 });
  world.sandbox.scripts.main = async ({ effect }) => {
    await effect('state', { op: 'increment', key: 'k', by: 1 });
    await effect(...http('a'));
  };
  const process = new Process(world, 'p1', LIMITS, store);
  await process.open();
  process.receive();
  const failed = await until(process, 'failed');
  expect(failed).toMatchObject({ attempt: 2, failure: { code: 'effect.failed', status: 500 } });
  world.sandbox.scripts.main = async ({ effect }) => effect('wait', { until: 9_000_000_000 });
  await process.runs.retry(failed.id);
  await until(process, 'waiting');
  expect(await store.journal(failed.id)).toHaveLength(1);
  expect(await process.runs.cancel(failed.id)).toMatchObject({ status: 'cancelled', attempt: 3 });
  expect(await store.run(failed.id)).toMatchObject({ status: 'cancelled', attempt: 3 });
  await process.runs.queue.close();
});
