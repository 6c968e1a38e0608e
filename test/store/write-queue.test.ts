import { expect, test } from 'vitest';
import { HookwrightError } from '../../src/core/errors.ts';
import { decodeBatch } from '../../src/store/sqlite/batch.ts';
import type { BatchMessage } from '../../src/store/sqlite/protocol.ts';
import {
  BATCH_BYTES_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_CALLS_MAX,
  WriteQueue,
} from '../../src/store/sqlite/write-queue.ts';
import { someEvent, someRun } from '../contract/records.ts';

/** Longer than a batch is gathered. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const capture = (size: number) =>
  ({
    kind: 'capture',
    event: someEvent({ body: new Uint8Array(size) }),
    status: 'pending',
  }) as const;

function queueTo(sent: BatchMessage[]): WriteQueue {
  return new WriteQueue(
    (batch) => sent.push(batch),
    () => {},
  );
}

test('a small batch waits for the one under way and gathers what comes meanwhile', async () => {
  const sent: BatchMessage[] = [];
  const queue = queueTo(sent);
  const all = [queue.write(capture(1))];
  await someTurns();
  for (let i = 0; i < 5; i++) {
    all.push(queue.write(capture(1)));
    await someTurns();
  }
  expect(sent.map((batch) => batch.calls)).toEqual([1]);
  queue.written({ type: 'written', id: 0, failures: [], values: [] });
  await someTurns();
  expect(sent.map((batch) => batch.calls)).toEqual([1, 5]);
  queue.written({ type: 'written', id: 1, failures: [], values: [] });
  await Promise.all(all);
});

test('one full batch goes behind the one under way, and no more', async () => {
  const sent: BatchMessage[] = [];
  const queue = queueTo(sent);
  const all = Promise.all(Array.from({ length: 500 }, () => queue.write(capture(1))));
  await someTurns();
  expect(sent.map((batch) => batch.calls)).toEqual([128, 128]);
  queue.written({ type: 'written', id: 0, failures: [], values: [] });
  await someTurns();
  expect(sent.map((batch) => batch.calls)).toEqual([128, 128, 128]);
  for (const id of [1, 2]) queue.written({ type: 'written', id, failures: [], values: [] });
  await someTurns();
  expect(sent.map((batch) => batch.calls)).toEqual([128, 128, 128, 116]);
  queue.written({ type: 'written', id: 3, failures: [], values: [] });
  await all;
  await queue.drained();
});

test('a batch ends before its bodies grow too large, and one body may be larger', async () => {
  const sent: BatchMessage[] = [];
  const queue = queueTo(sent);
  const sizes = [BATCH_BYTES_MAX / 2, BATCH_BYTES_MAX / 2, 1, BATCH_BYTES_MAX + 1];
  for (const size of sizes) void queue.write(capture(size));
  await someTurns();
  for (const id of [0, 1]) queue.written({ type: 'written', id, failures: [], values: [] });
  await someTurns();
  expect(sent.map((batch) => batch.calls)).toEqual([2, 1, 1]);
});

test('more calls than may wait are refused', async () => {
  const queue = queueTo([]);
  const call = capture(0);
  for (let i = 0; i < QUEUE_CALLS_MAX; i++) void queue.write(call);
  await expect(queue.write(call)).rejects.toMatchObject({
    code: 'store.failed',
    message: `Expected at most ${QUEUE_CALLS_MAX} calls to wait for the disk, got ${QUEUE_CALLS_MAX + 1}.`,
    next: 'Send less at once, or give the data folder a faster disk.',
  });
});

test('more bytes than may wait are refused, answers counted, but one body may be larger', async () => {
  const queue = queueTo([]);
  const event = someEvent();
  const body = new Uint8Array(QUEUE_BYTES_MAX);
  const runs = [someRun(event, { answer: { status: 200, headers: [], body } })];
  void queue.write({ kind: 'settle', eventId: event.id, status: 'done', runs });
  await expect(queue.write(capture(1))).rejects.toMatchObject({
    code: 'store.failed',
    message: `Expected at most ${QUEUE_BYTES_MAX} bytes to wait for the disk, got ${QUEUE_BYTES_MAX + 1}.`,
  });
  await expect(
    Promise.race([queue.write(capture(0)), someTurns().then(() => 'accepted')]),
  ).resolves.toBe('accepted');
});

test('a call that cannot be encoded is refused and does not end the process', async () => {
  const queue = queueTo([]);
  const event = { ...someEvent(), path: undefined as unknown as string };
  await expect(queue.write({ kind: 'capture', event, status: 'pending' })).rejects.toMatchObject({
    code: 'store.failed',
  });
  await queue.drained();
});

test('after a failure nothing waits and nothing is taken', async () => {
  const sent: BatchMessage[] = [];
  const queue = queueTo(sent);
  const lost = Promise.allSettled(Array.from({ length: 400 }, () => queue.write(capture(1))));
  await someTurns();
  const error = new HookwrightError('store.failed', 'gone');
  queue.fail(error);
  for (const result of await lost) expect(result).toEqual({ status: 'rejected', reason: error });
  await expect(queue.write(capture(1))).rejects.toBe(error);
  await queue.drained();
  expect(sent.flatMap(decodeBatch)).toHaveLength(256);
});
