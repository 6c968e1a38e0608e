import { describe, expect, test } from 'vitest';
import { NOW, openRun, someEffect, someEvent, someEvents, someRun } from './records.ts';
import type { OpenedStore } from './store.ts';

/** What every adapter does with events that wait or are old. */
export function retentionContract(opened: OpenedStore): void {
  describe('pending events', () => {
    test('are those not settled and received before a moment, oldest first', async () => {
      const events = someEvents(6);
      await Promise.all(
        [...events]
          .reverse()
          .map((event, i) => opened.store.capture(event, i === 0 ? 'captured' : 'pending')),
      );
      await opened.store.settle(events[1]!.id, 'done', []);
      const pending = await opened.store.pendingEvents(NOW + 4, 100);
      expect(pending).toEqual([0, 2, 3].map((i) => ({ ...events[i], status: 'pending' })));
      expect(await opened.store.pendingEvents(NOW + 4, 2)).toEqual(pending.slice(0, 2));
      expect(await opened.store.pendingEvents(NOW, 100)).toEqual([]);
    });
  });

  describe('pruning', () => {
    const kb = (size: number) => ({ body: new Uint8Array(size * 1024) });
    const left = async () =>
      (await opened.store.events({ countMax: 10_000 })).map((event) => event.id);

    test('deletes what was received before a moment, with its runs', async () => {
      const events = someEvents(5);
      const run = someRun(events[0]!);
      await Promise.all(events.map((event) => opened.store.capture(event, 'pending')));
      for (const event of events) {
        await opened.store.settle(event.id, 'done', event === events[0] ? [run] : [someRun(event)]);
      }
      expect(await opened.store.prune(NOW + 2, Number.MAX_SAFE_INTEGER, 100)).toBe(2);
      expect(await left()).toEqual([4, 3, 2].map((i) => events[i]!.id));
      expect(await opened.store.run(run.id)).toBeUndefined();
      expect(await opened.store.runsOf(events[2]!.id)).toHaveLength(1);
      expect(await opened.store.prune(NOW + 2, Number.MAX_SAFE_INTEGER, 100)).toBe(0);
    });

    test('deletes the oldest until bodies fit, across reopening', async () => {
      const events = someEvents(10, kb(10));
      await Promise.all(events.map((event) => opened.store.capture(event, 'captured')));
      expect(await opened.store.prune(0, 100 * 1024, 100)).toBe(0);
      await opened.reopen();
      expect(await opened.store.prune(0, 100 * 1024 - 1, 100)).toBe(1);
      expect(await opened.store.prune(0, 45 * 1024, 100)).toBe(5);
      expect(await left()).toEqual([9, 8, 7, 6].map((i) => events[i]!.id));
      await opened.reopen();
      expect(await opened.store.prune(0, 0, 100)).toBe(4);
    });

    test('counts no body that was not stored', async () => {
      const event = someEvent(kb(10));
      await opened.store.capture(event, 'captured');
      await expect(opened.store.capture(event, 'captured')).rejects.toMatchObject({
        code: 'store.failed',
      });
      expect(await opened.store.prune(0, 10 * 1024, 100)).toBe(0);
    });

    test('never deletes pending events, and passes over them', async () => {
      const events = someEvents(6, kb(1));
      await Promise.all(
        events.map((event, i) => opened.store.capture(event, i < 3 ? 'pending' : 'captured')),
      );
      expect(await opened.store.prune(NOW * 2, 0, 100)).toBe(3);
      expect(await left()).toEqual([2, 1, 0].map((i) => events[i]!.id));
    });

    test('passes over any number of those that have to stay', async () => {
      const events = someEvents(600);
      await Promise.all(
        events.map((event, i) => opened.store.capture(event, i < 300 ? 'pending' : 'captured')),
      );
      expect(await opened.store.prune(NOW * 2, 0, 200)).toBe(200);
      expect(await opened.store.prune(NOW * 2, 0, 200)).toBe(100);
      expect(await left()).toEqual(
        events
          .slice(0, 300)
          .map(({ id }) => id)
          .reverse(),
      );
    });

    test('never deletes events with open runs, and takes the journals of the others with them', async () => {
      const events = someEvents(4);
      const lease = { owner: 'a', until: NOW };
      const begun = [{ effect: someEffect(0), at: NOW }];
      const runs = events.map((event, i) => {
        if (i === 3) return someRun(event);
        return openRun(event, (['queued', 'running', 'waiting'] as const)[i] ?? 'queued');
      });
      for (const [i, event] of events.entries()) {
        await opened.store.capture(event, 'captured');
        await opened.store.advance({ run: runs[i]!, begun, ended: [], lease });
      }
      expect(await opened.store.prune(NOW * 2, 0, 100)).toBe(1);
      expect(await left()).toEqual([2, 1, 0].map((i) => events[i]!.id));
      expect(await opened.store.journal(runs[3]!.id)).toEqual([]);
      for (const run of runs.slice(0, 3)) {
        expect(await opened.store.journal(run.id)).toHaveLength(1);
        await opened.store.advance({
          run: someRun(events[runs.indexOf(run)]!, { id: run.id }),
          begun: [],
          ended: [],
          lease,
        });
      }
      expect(await opened.store.prune(NOW * 2, 0, 100)).toBe(3);
      for (const run of runs) expect(await opened.store.journal(run.id)).toEqual([]);
    });

    test('deletes no more than asked in one call', async () => {
      await Promise.all(someEvents(400).map((event) => opened.store.capture(event, 'captured')));
      expect(await opened.store.prune(NOW * 2, 0, 0)).toBe(0);
      expect(await opened.store.prune(NOW * 2, 0, 300)).toBe(300);
      expect(await opened.store.prune(NOW * 2, 0, 300)).toBe(100);
      expect(await left()).toEqual([]);
    });

    test('goes on beside captures', async () => {
      await Promise.all(
        someEvents(500, kb(1)).map((event) => opened.store.capture(event, 'captured')),
      );
      const later = someEvents(200, { receivedAt: NOW + 10_000 });
      const [pruned] = await Promise.all([
        opened.store.prune(NOW + 10_000, Number.MAX_SAFE_INTEGER, 10_000),
        ...later.map((event) => opened.store.capture(event, 'pending')),
      ]);
      expect(pruned).toBe(500);
      expect(await left()).toEqual(later.map((event) => event.id).reverse());
    });
  });
}
