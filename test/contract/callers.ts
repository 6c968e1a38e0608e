import { describe, expect, test } from 'vitest';
import type { CapturedEvent } from '../../src/core/event.ts';
import { REFUSALS_MAX, type RefusedRequest } from '../../src/core/refused-request.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { NOW, someEvent, someRun } from './records.ts';
import type { OpenedStore } from './store.ts';

function someRefusal(number: number, webhookId = 'wh_1'): RefusedRequest {
  return {
    id: `ref_${webhookId}_${String(number).padStart(4, '0')}`,
    webhookId,
    receivedAt: NOW + number,
    source: 'github',
    code: 'proof.mismatch',
    reason: 'Expected another signature.',
    method: 'POST',
    path: '/a',
    query: null,
    headers: '["A","b"]',
    clientIp: '192.0.2.1',
    isProxied: number % 2 === 0,
    url: 'https://hooks.example.com/webhooks/abc/a',
    bodySize: 3,
    body: new Uint8Array([1, 2, 3]),
  };
}

/** What every adapter does with senders' keys and refusals. */
export function callerContract(opened: OpenedStore): void {
  describe('callers', () => {
    const key = (text: string, since = 0) => ({ key: text, since });

    test('of events with one key, however many at once, the first alone is stored', async () => {
      const events = Array.from({ length: 50 }, () => someEvent({ webhookId: 'wh_1' }));
      const ends = await Promise.allSettled(
        events.map((event) => opened.store.capture(event, 'captured', undefined, key('a'))),
      );
      const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
      expect(failed).toEqual(Array.from({ length: 49 }, () => 'event.duplicate'));
      const stored = await opened.store.events({ countMax: 100 });
      expect(stored.length).toBe(1);
      const id = stored[0]?.id as string;
      await opened.reopen();
      expect(await opened.store.firstEvent('wh_1', 'a')).toBe(id);
      expect((await opened.store.duplicates(id))?.count).toBe(49);
    });

    test('what follows a duplicate at once is refused with it, and the others of the commit are kept', async () => {
      const { store } = opened;
      const [first, second, third] = Array.from({ length: 3 }, () =>
        someEvent({ webhookId: 'wh_1' }),
      ) as [CapturedEvent, CapturedEvent, CapturedEvent];
      const runs = [first, second, third].map((event) => someRun(event)) as [
        RunRecord,
        RunRecord,
        RunRecord,
      ];
      const step = { begun: [], ended: [] };
      const ends = await Promise.allSettled([
        store.capture(first, 'pending', undefined, key('a')),
        store.settle(first.id, 'done', [runs[0]]),
        store.capture(second, 'pending', undefined, key('a')),
        store.settle(second.id, 'done', [runs[1]]),
        store.capture(third, 'pending', undefined, key('a')),
        store.advance({ run: runs[2], ...step, event: { id: third.id, status: 'done' } }),
      ]);
      expect(ends.map((end) => (end.status === 'rejected' ? end.reason.code : 'stored'))).toEqual([
        'stored',
        'stored',
        'event.duplicate',
        'event.not_found',
        'event.duplicate',
        'event.not_found',
      ]);
      const kept = await Promise.all(runs.map(({ id }) => store.run(id)));
      expect(kept.map((run) => run?.eventId)).toEqual([first.id, undefined, undefined]);
      expect((await store.event(first.id))?.status).toBe('done');
    });

    test('another webhook, another key and no key are other events', async () => {
      const { store } = opened;
      await store.capture(someEvent({ webhookId: 'wh_1' }), 'captured', undefined, key('a'));
      await store.capture(someEvent({ webhookId: 'wh_2' }), 'captured', undefined, key('a'));
      await store.capture(someEvent({ webhookId: 'wh_1' }), 'captured', undefined, key('b'));
      await store.capture(someEvent({ webhookId: 'wh_1' }), 'captured');
      const stored = await store.events({ countMax: 9 });
      expect(stored.length).toBe(4);
      for (const { id } of stored) expect(await store.duplicates(id)).toBeUndefined();
    });

    test('a key counts until it is too old, and then begins anew', async () => {
      const { store } = opened;
      const [first, late] = [0, 100].map((ms) =>
        someEvent({ webhookId: 'wh_1', receivedAt: NOW + ms }),
      ) as [ReturnType<typeof someEvent>, ReturnType<typeof someEvent>];
      await store.capture(first, 'captured', undefined, key('a'));
      const again = { ...late, id: `${late.id}x` };
      await expect(
        store.capture(again, 'captured', undefined, key('a', NOW)),
      ).rejects.toMatchObject({ code: 'event.duplicate' });
      await store.capture(late, 'captured', undefined, key('a', NOW + 1));
      expect(await store.firstEvent('wh_1', 'a')).toBe(late.id);
      expect(await store.expireSenderIds(NOW + 100, 10)).toBe(0);
      expect(await store.expireSenderIds(NOW + 101, 10)).toBe(1);
      expect(await store.firstEvent('wh_1', 'a')).toBeUndefined();
    });

    test('an event takes the place of the first alone that it names', async () => {
      const { store } = opened;
      const [first, second, third] = Array.from({ length: 3 }, (_, ms) =>
        someEvent({ webhookId: 'wh_1', receivedAt: NOW + ms }),
      ) as [CapturedEvent, CapturedEvent, CapturedEvent];
      await store.capture(first, 'captured', undefined, key('a'));
      const instead = { ...key('a'), instead: first.id };
      await store.capture(second, 'captured', undefined, instead);
      await expect(store.capture(third, 'captured', undefined, instead)).rejects.toMatchObject({
        code: 'event.duplicate',
      });
      expect(await store.firstEvent('wh_1', 'a')).toBe(second.id);
      expect((await store.duplicates(second.id))?.count).toBe(2);
      expect(await store.duplicates(first.id)).toBeUndefined();
    });

    test('the newest refusals of each webhook are kept, with every field', async () => {
      const { store } = opened;
      await store.saveRefusal(someRefusal(0, 'wh_2'));
      for (let n = 0; n < REFUSALS_MAX + 5; n++) await store.saveRefusal(someRefusal(n));
      const kept = await store.refusals('wh_1');
      expect(kept.length).toBe(REFUSALS_MAX);
      expect(kept[0]).toEqual(someRefusal(REFUSALS_MAX + 4));
      expect(kept.at(-1)?.id).toBe(someRefusal(5).id);
      expect(await store.refusals('wh_2')).toEqual([someRefusal(0, 'wh_2')]);
      expect(await store.refusal(someRefusal(5).id)).toEqual(someRefusal(5));
      expect(await store.refusal(someRefusal(4).id)).toBeUndefined();
    });
  });
}
