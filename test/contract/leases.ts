import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CapturedEvent } from '../../src/core/event.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { NOW, openRun, someEffect, someEvent, someRun } from './records.ts';
import type { OpenedStore } from './store.ts';

const NOTHING = { begun: [], ended: [] };
const LEASE_MS = 1000;

/** What every adapter does so that one run is one process's at a time. */
export function leaseContract(opened: OpenedStore): void {
  describe('leases', () => {
    const idsOf = (list: readonly { id: string }[]) => list.map((item) => item.id);
    const claim = (owner: string, now: number, countMax = 100) =>
      opened.store.claim(owner, now, LEASE_MS, countMax);
    let event: CapturedEvent;

    beforeEach(async () => {
      event = someEvent();
      await opened.store.capture(event, 'captured');
    });

    async function stored(run: RunRecord, owner = 'a', until = NOW + LEASE_MS): Promise<RunRecord> {
      await opened.store.advance({ run, ...NOTHING, lease: { owner, until } });
      return run;
    }

    describe('claiming', () => {
      test('takes what is due and what an expired lease held, oldest first, and no more', async () => {
        const queued = await stored(openRun(event, 'queued', { dueAt: NOW + 3 }));
        const waiting = await stored(openRun(event, 'waiting', { dueAt: NOW + 1 }));
        const left = await stored(openRun(event, 'running'), 'gone', NOW + 2);
        await stored(openRun(event, 'queued', { dueAt: NOW + 4 }));
        await stored(openRun(event, 'running'), 'alive', NOW + 4);
        const { dueAt: _, ...timeless } = openRun(event, 'waiting');
        await stored(timeless);
        await stored(someRun(event));
        expect(await claim('b', NOW)).toEqual([]);
        const first = await claim('b', NOW + 3, 2);
        const asRunning = ({ dueAt: _, ...run }: RunRecord) => ({ ...run, status: 'running' });
        expect(first).toStrictEqual([waiting, left].map(asRunning));
        expect(await opened.store.run(waiting.id)).toStrictEqual(asRunning(waiting));
        expect(idsOf(await claim('b', NOW + 3))).toEqual([queued.id]);
        expect(await claim('b', NOW + 3)).toEqual([]);
        expect(await claim('b', NOW + 9, 0)).toEqual([]);
      });

      test('gives no run to two owners that claim at once', async () => {
        for (let i = 0; i < 40; i++) await stored(openRun(event, 'queued', { dueAt: NOW }));
        const claims = Array.from({ length: 8 }, (_, i) => claim(`owner ${i}`, NOW, 7));
        const taken = (await Promise.all(claims)).map(idsOf);
        for (const ids of taken) expect(ids.length).toBeLessThanOrEqual(7);
        expect(taken.flat()).toHaveLength(40);
        expect(new Set(taken.flat()).size).toBe(40);
      });

      test('gives a run to another when its lease has expired, across reopening', async () => {
        const run = await stored(openRun(event, 'queued', { dueAt: NOW }));
        await claim('a', NOW);
        await opened.reopen();
        expect(await claim('b', NOW + LEASE_MS - 1)).toEqual([]);
        expect(idsOf(await claim('b', NOW + LEASE_MS))).toEqual([run.id]);
      });

      test('whatever is due when and leased until when, takes the oldest first', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 })), { maxLength: 12 }),
            fc.integer({ min: 0, max: 20 }),
            fc.integer({ min: 0, max: 6 }),
            async (list, now, countMax) => {
              await claim('earlier', NOW * 2);
              for (const { id } of await opened.store.runs({ status: 'running', countMax: 99 })) {
                await opened.store.advance({ run: someRun(event, { id }), ...NOTHING });
              }
              const since = new Map<string, number>();
              for (const [leased, at] of list) {
                const run = leased
                  ? await stored(openRun(event, 'running'), 'gone', at)
                  : await stored(openRun(event, 'queued', { dueAt: at }));
                since.set(run.id, at);
              }
              const expected = [...since.values()].filter((at) => at <= now).sort((a, b) => a - b);
              const taken = await claim('b', now, countMax);
              expect(taken.map(({ id }) => since.get(id))).toEqual(expected.slice(0, countMax));
            },
          ),
          { numRuns: 30 },
        );
      });
    });

    describe('renewing', () => {
      test('prolongs the owner’s leases alone and says which they are', async () => {
        const mine = await stored(openRun(event, 'running'), 'a', NOW + 1);
        const lost = await stored(openRun(event, 'running'), 'b', NOW + 1);
        const ended = await stored(someRun(event));
        const ids = ['run_none', lost.id, mine.id, ended.id];
        expect(await opened.store.renew('a', ids, NOW + 50)).toEqual([mine.id]);
        expect(await opened.store.renew('a', [], NOW + 50)).toEqual([]);
        expect(idsOf(await claim('c', NOW + 49))).toEqual([lost.id]);
        expect(idsOf(await claim('c', NOW + 50))).toEqual([mine.id]);
        expect(await opened.store.renew('a', [mine.id], NOW + 99)).toEqual([]);
      });
    });

    describe('a step on a leased run', () => {
      const leaseLost = (message: string, next: string) => ({
        code: 'run.lease_lost',
        message,
        next,
      });
      const LEAVE = 'Leave the run to its owner; it can be claimed when its lease has expired.';
      const ENDED = 'Queue it again with its next attempt, or leave it as it is.';

      test('of another owner is refused and changes nothing', async () => {
        const run = await stored(openRun(event, 'running'), 'a', NOW + 1);
        const begun = [{ effect: someEffect(0), at: NOW }];
        for (const changed of [run, someRun(event, { id: run.id })]) {
          await expect(
            opened.store.advance({
              run: changed,
              begun,
              ended: [],
              lease: { owner: 'b', until: NOW + 99 },
              event: { id: event.id, status: 'filtered' },
            }),
          ).rejects.toMatchObject(
            leaseLost(
              `Expected the lease of the run ${run.id} to be held by b, got one held by a.`,
              LEAVE,
            ),
          );
        }
        expect(await opened.store.run(run.id)).toStrictEqual(run);
        expect(await opened.store.journal(run.id)).toEqual([]);
        expect((await opened.store.event(event.id))?.status).toBe('captured');
        expect(idsOf(await claim('c', NOW + 1))).toEqual([run.id]);
      });

      test('of one that lost it to a claim is refused', async () => {
        const run = await stored(openRun(event, 'running'), 'a', NOW + 1);
        await claim('b', NOW + 1);
        await expect(stored(someRun(event, { id: run.id }))).rejects.toMatchObject(
          leaseLost(
            `Expected the lease of the run ${run.id} to be held by a, got one held by b.`,
            LEAVE,
          ),
        );
        await stored(someRun(event, { id: run.id }), 'b');
      });

      test('keeps the lease until its time, and every other status gives it up', async () => {
        const run = await stored(openRun(event, 'running'), 'a', NOW + 1);
        await stored(run, 'a', NOW + 10);
        expect(await claim('b', NOW + 9)).toEqual([]);
        await stored(openRun(event, 'waiting', { id: run.id, dueAt: NOW + 5 }), 'a', NOW + 10);
        expect(idsOf(await claim('b', NOW + 5))).toEqual([run.id]);
      });

      test('by nobody, as cancelling is, goes through, and the owner’s next one is refused', async () => {
        const run = await stored(openRun(event, 'running'));
        const cancelled = someRun(event, { id: run.id, status: 'cancelled' });
        await opened.store.advance({ run: cancelled, ...NOTHING });
        await expect(stored(run)).rejects.toMatchObject(
          leaseLost(
            `Expected the run ${run.id} to be open, got one that has ended with attempt 1.`,
            ENDED,
          ),
        );
        expect(await opened.store.run(run.id)).toStrictEqual(cancelled);
      });

      test('that has ended changes no more, except that its next attempt is queued', async () => {
        const run = await stored(someRun(event, { status: 'failed' }));
        const refused = leaseLost(
          `Expected the run ${run.id} to be open, got one that has ended with attempt 1.`,
          ENDED,
        );
        const again = (attempt: number) =>
          openRun(event, 'queued', { id: run.id, attempt, dueAt: NOW });
        await expect(opened.store.advance({ run, ...NOTHING })).rejects.toMatchObject(refused);
        for (const attempt of [1, 3]) {
          await expect(stored(again(attempt))).rejects.toMatchObject(refused);
        }
        await expect(
          stored(openRun(event, 'running', { id: run.id, attempt: 2 })),
        ).rejects.toMatchObject(refused);
        await opened.store.advance({ run: again(2), ...NOTHING });
        expect(idsOf(await claim('b', NOW))).toEqual([run.id]);
      });
    });
  });
}
