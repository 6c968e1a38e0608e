import { expect, test } from 'vitest';
import { keepPruned } from '../../src/engine/prune.ts';
import { RememberingLog } from './parts.ts';

const RETENTION = { ageMs: 1000, bytesMax: 5, duplicateMs: 500 };

/** Gives these counts one after another, then none. */
function counts(...list: number[]): () => Promise<number> {
  return async () => list.shift() ?? 0;
}

test('old events, state and senders’ keys go in batches, until a batch is not full', async () => {
  const log = new RememberingLog();
  const asked: number[] = [];
  const prune = counts(10_000, 10_000, 3);
  const store = {
    prune: (before: number) => {
      asked.push(before);
      return prune();
    },
    pruneMessages: counts(10_000, 5),
    expireState: counts(1),
    expireSenderIds: counts(200, 7),
  };
  const stop = keepPruned(store, RETENTION, log, () => 5000);
  await new Promise((resolve) => setImmediate(resolve));
  stop();
  expect(asked).toEqual([4000, 4000, 4000]);
  expect(log.lines).toEqual([
    {
      level: 'info',
      message: 'pruned',
      fields: { events: 20_003, messages: 10_005, state: 1, keys: 207 },
    },
  ]);
});

test('a store that fails is told in the log, and asked again another time', async () => {
  const log = new RememberingLog();
  const error = new Error('disk full');
  const store = {
    prune: () => Promise.reject(error),
    pruneMessages: counts(),
    expireState: counts(),
    expireSenderIds: counts(),
  };
  const stop = keepPruned(store, RETENTION, log, () => 0);
  await new Promise((resolve) => setImmediate(resolve));
  stop();
  expect(log.lines).toEqual([{ level: 'error', message: 'prune.failed', fields: { error } }]);
});
