import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import type { HookwrightError } from '../../src/core/errors.ts';
import type { CapturedEvent } from '../../src/core/event.ts';
import type { PackageChange } from '../../src/engine/ports/package-store.ts';
import type { Store } from '../../src/engine/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import {
  NOW,
  someAutomation,
  someEvent,
  someEvents,
  someHook,
  someRun,
  someWebhook,
} from '../contract/records.ts';
import { someFolder } from './folder.ts';

const started = vi.hoisted(() => [] as Worker[]);

vi.mock('node:worker_threads', async (original) => {
  const threads = await original<typeof import('node:worker_threads')>();
  class Watched extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      started.push(this);
    }
  }
  return { ...threads, Worker: Watched };
});

const large = (count: number) => someEvents(count, { body: new Uint8Array(20_000) });

async function captureAll(store: Store, events: readonly CapturedEvent[]) {
  const results = await Promise.allSettled(events.map((event) => store.capture(event, 'captured')));
  const acknowledged = events.filter((_, i) => results[i]?.status === 'fulfilled');
  const refused = events.filter((_, i) => results[i]?.status === 'rejected');
  return { acknowledged, refused, results };
}

test('1,000 captures at once share few commits', async () => {
  const commits: number[] = [];
  const store = await openSqliteStore({
    dataDir: someFolder(),
    onCommit: (calls) => commits.push(calls),
  });
  await Promise.all(someEvents(1000).map((event) => store.capture(event, 'pending')));
  expect(commits.reduce((sum, calls) => sum + calls, 0)).toBe(1000);
  expect(commits.length).toBeLessThanOrEqual(16);
  await store.close();
});

test('a package for which the disk is too full leaves nothing behind, and goes in when there is room', async () => {
  const dataDir = someFolder();
  const full = await openSqliteStore({ dataDir, pageCountMax: 100 });
  const automations = Array.from({ length: 60 }, (_, n) => ({
    after: {
      ...someAutomation(`shop.${n}`, `automation: shop.${n} # ${'x'.repeat(20_000)}`),
      owner: 'package:shop' as const,
    },
  }));
  const change: PackageChange = {
    name: 'shop',
    after: {
      name: 'shop',
      version: '1.0.0',
      description: '',
      values: {},
      digest: '',
      importedAt: NOW,
      records: [],
      document: '{}',
    },
    automations,
    webhooks: [{ after: someWebhook() }],
    hooks: [{ after: someHook() }],
    secrets: [],
  };
  await expect(full.applyPackage(change)).rejects.toMatchObject({
    code: 'store.failed',
    message: 'Expected the database to apply a package, got SQLITE_FULL: database or disk is full.',
  });
  const found = (store: Store) =>
    Promise.all([store.packages(), store.automations(), store.webhooks(), store.hooks()]);
  expect(await found(full)).toEqual([[], [], [], []]);
  await full.close();
  const store = await openSqliteStore({ dataDir });
  await store.applyPackage(change);
  expect((await found(store)).map((list) => list.length)).toEqual([1, 60, 1, 1]);
  await store.close();
});

test('a full disk refuses exactly what does not fit, and the store goes on when there is room', async () => {
  const store = await openSqliteStore({ dataDir: someFolder(), pageCountMax: 100 });
  const small = someEvent({ body: new Uint8Array(1) });
  const { acknowledged, refused, results } = await captureAll(store, [...large(60), small]);
  expect(acknowledged.length).toBeGreaterThan(10);
  expect(refused.length).toBeGreaterThan(10);
  expect(acknowledged).toContain(small); // Last in its batch, after many that did not fit.
  expect(results.find((result) => result.status === 'rejected')?.reason).toMatchObject({
    code: 'store.failed',
    message: `Expected the database to store the event ${refused[0]?.id}, got SQLITE_FULL: database or disk is full.`,
    next: 'Free space on the disk of the data folder; the store goes on once there is room.',
    cause: { name: 'SqliteError', code: 'SQLITE_FULL', message: 'database or disk is full' },
  });
  const ids = async () => (await store.events({ countMax: 1000 })).map((event) => event.id).sort();
  expect(await ids()).toEqual(acknowledged.map((event) => event.id).sort());

  expect(await store.prune(NOW * 2, 0, 1000)).toBe(acknowledged.length);
  const again = await captureAll(store, large(10));
  expect(again.refused).toEqual([]);
  expect(await ids()).toEqual(again.acknowledged.map((event) => event.id).sort());
  await store.close();
});

test('pruning gives the file’s space back', async () => {
  const dataDir = someFolder();
  const size = () => statSync(join(dataDir, 'hookwright.db')).size;
  const store = await openSqliteStore({ dataDir });
  const events = someEvents(60, { body: new Uint8Array(1024 ** 2) });
  await Promise.all(events.map((event) => store.capture(event, 'captured')));
  await store.settle(events[59]!.id, 'done', [someRun(events[59]!)]);
  const full = size();
  expect(await store.prune(NOW + 59, Number.MAX_SAFE_INTEGER, 1000)).toBe(59);
  await store.close();
  expect(full).toBeGreaterThan(50 * 1024 ** 2);
  expect(size()).toBeLessThan(20 * 1024 ** 2);
});

test('when the thread dies, all that waits and all that comes is refused, and the folder is free', async () => {
  const dataDir = someFolder();
  const losses: HookwrightError[] = [];
  const store = await openSqliteStore({ dataDir, onLost: (error) => losses.push(error) });
  const acknowledged = someEvent();
  await store.capture(acknowledged, 'pending');
  // Another writer holds the thread up, so that nothing is answered before it dies.
  const other = new Sqlite(join(dataDir, 'hookwright.db'));
  other.exec('BEGIN IMMEDIATE');
  const captures = someEvents(300).map((event) => store.capture(event, 'pending'));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const waiting = Promise.allSettled([...captures, store.webhooks(), store.prune(0, 0, 1)]);
  const ended = started.at(-1)?.terminate();
  other.close();
  await ended;
  const died = {
    code: 'store.failed',
    message: "Expected the store's thread to be running, got its end with exit code 1.",
    next: 'Restart Hookwright; everything that it acknowledged is on disk.',
  };
  for (const result of await waiting) {
    expect(result).toMatchObject({ status: 'rejected', reason: died });
  }
  expect(losses).toMatchObject([died]);
  await expect(store.capture(someEvent(), 'pending')).rejects.toMatchObject(died);
  await expect(store.webhooks()).rejects.toMatchObject(died);
  await expect(store.close()).rejects.toMatchObject(died);
  const next = await openSqliteStore({ dataDir, onLost: (error) => losses.push(error) });
  expect(await next.event(acknowledged.id)).toBeDefined();
  await next.close();
  expect(losses).toHaveLength(1);
});

test('a thread that dies while it closes does not leave the caller waiting', async () => {
  const store = await openSqliteStore({ dataDir: someFolder() });
  const captures = Promise.allSettled(large(200).map((event) => store.capture(event, 'pending')));
  const closing = store.close();
  await Promise.all([
    started.at(-1)?.terminate(),
    expect(closing).rejects.toMatchObject({ code: 'store.failed' }),
  ]);
  await captures;
});
