import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CapturedEvent } from '../../src/core/event.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { topicEvent } from '../../src/core/topic-event.ts';
import { anyCharacter } from '../any-character.ts';
import { NOW, someEvent, someEvents, someRun } from './records.ts';
import type { OpenedStore } from './store.ts';

const MB = 1024 ** 2;

/** What every adapter does with events and their runs. */
export function eventContract(opened: OpenedStore): void {
  describe('events', () => {
    test('a captured event is there with every field, before and after reopening', async () => {
      const event = someEvent();
      await opened.store.capture(event, 'pending');
      expect(await opened.store.event(event.id)).toEqual({ ...event, status: 'pending' });
      await opened.reopen();
      expect(await opened.store.event(event.id)).toEqual({ ...event, status: 'pending' });
    });

    test('an unknown event is undefined', async () => {
      expect(await opened.store.event('evt_none')).toBeUndefined();
    });

    test('whatever bytes and texts come in go out unchanged', async () => {
      const text = fc.string({ unit: anyCharacter, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 3000 }),
          fc.array(text, { maxLength: 8 }),
          text,
          fc.option(text),
          text,
          async (body, headers, path, query, method) => {
            const event = someEvent({
              body,
              headers: JSON.stringify(headers),
              path,
              query,
              method,
              clientIp: path,
              webhookName: query,
              webhookUrl: query,
            });
            await opened.store.capture(event, 'captured');
            expect(await opened.store.event(event.id)).toEqual({ ...event, status: 'captured' });
          },
        ),
        { numRuns: 60 },
      );
    });

    test('data stays what it is, and a list does without it', async () => {
      const event = someEvent({ data: '{"a":"é\\ud800\\u0000","b":[1.50]}' });
      await opened.store.capture(event, 'captured');
      await opened.reopen();
      expect(await opened.store.event(event.id)).toEqual({ ...event, status: 'captured' });
      expect(await opened.store.events({ countMax: 1 })).not.toHaveProperty('0.data');
      expect((await opened.store.pendingEvents(NOW * 2, 9)).length).toBe(0);
    });

    test('the message of an event is stored with it, and what that starts too', async () => {
      const [event, other] = [someEvent(), someEvent()];
      const message = {
        id: `msg_${'0'.repeat(26)}`,
        kind: 'emit',
        to: 'a.b',
        createdAt: 5,
      } as const;
      const started = topicEvent({ ...message, data: '{"x":"é"}', depth: 1 });
      await opened.store.capture(event, 'captured', { ...message, data: '{"x":"é"}', depth: 1 });
      await opened.store.capture(other, 'captured', {
        ...{ ...message, id: `msg_${'1'.repeat(26)}`, data: 'null' },
      });
      await opened.reopen();
      expect(await opened.store.event(started.id)).toEqual({ ...started, status: 'pending' });
      expect(await opened.store.events({ countMax: 9 })).toHaveLength(3);
    });

    test('an event and its message are stored both or not at all', async () => {
      const message = { id: `msg_${'0'.repeat(26)}`, kind: 'emit', to: 'a.b' } as const;
      const whole = { ...message, data: '1', createdAt: 5, depth: 1 };
      const [first, second] = [someEvent(), someEvent()];
      await opened.store.capture(first, 'captured');
      const refused = { code: 'store.failed' };
      await expect(opened.store.capture(first, 'captured', whole)).rejects.toMatchObject(refused);
      expect(await opened.store.event(topicEvent({ ...whole }).id)).toBeUndefined();
      // The same among others that share its commit.
      const results = await Promise.allSettled([
        opened.store.capture(first, 'captured', whole),
        opened.store.capture(second, 'captured', { ...whole, id: `msg_${'1'.repeat(26)}` }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(await opened.store.events({ countMax: 9 })).toHaveLength(3);
      // A message of an id that is there already takes its event along.
      const third = someEvent();
      await expect(
        opened.store.capture(third, 'captured', { ...whole, id: `msg_${'1'.repeat(26)}` }),
      ).rejects.toMatchObject(refused);
      expect(await opened.store.event(third.id)).toBeUndefined();
    });

    test('a body that is a window into a larger buffer is stored as that window', async () => {
      const pool = Buffer.from('before-body-after');
      const event = someEvent({ body: pool.subarray(7, 11) });
      await opened.store.capture(event, 'pending');
      expect(Buffer.from((await opened.store.event(event.id))?.body ?? []).toString()).toBe('body');
      expect(pool.toString()).toBe('before-body-after');
    });

    test('empty bodies, NUL in texts, an empty and a missing query stay what they are', async () => {
      const events = [
        someEvent({ body: new Uint8Array(0), query: '' }),
        someEvent({
          body: new Uint8Array([0]),
          query: null,
          path: '/a\0b',
          headers: '["a\0","é"]',
        }),
      ];
      for (const event of events) {
        await opened.store.capture(event, 'pending');
        expect(await opened.store.event(event.id)).toEqual({ ...event, status: 'pending' });
      }
    });

    test('a body of 5 MB survives capture, settling and reopening', async () => {
      const body = Uint8Array.from({ length: 5 * MB }, (_, i) => (i * 2654435761) >>> 24);
      const event = someEvent({ body });
      await opened.store.capture(event, 'pending');
      await opened.store.settle(event.id, 'done', [someRun(event)]);
      await opened.reopen();
      const stored = await opened.store.event(event.id);
      expect(stored?.status).toBe('done');
      expect(Buffer.compare(stored?.body ?? new Uint8Array(), body)).toBe(0);
      expect(await opened.store.events({ countMax: 1 })).toMatchObject([{ bodySize: 5 * MB }]);
    });

    test('a second event of the same id is refused alone, and the first stays', async () => {
      const event = someEvent();
      const others = someEvents(20);
      const results = await Promise.allSettled([
        opened.store.capture(event, 'pending'),
        ...others.slice(0, 10).map((other) => opened.store.capture(other, 'pending')),
        opened.store.capture({ ...event, path: '/second' }, 'pending'),
        ...others.slice(10).map((other) => opened.store.capture(other, 'pending')),
      ]);
      expect(results.map((result) => result.status).indexOf('rejected')).toBe(11);
      expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
      expect((results[11] as PromiseRejectedResult).reason).toMatchObject({
        name: 'HookwrightError',
        code: 'store.failed',
      });
      expect((await opened.store.event(event.id))?.path).toBe(event.path);
      expect(await opened.store.events({ countMax: 100 })).toHaveLength(21);
    });

    test('1,000 captures at once are all there', async () => {
      const events = someEvents(1000);
      await Promise.all(events.map((event) => opened.store.capture(event, 'pending')));
      await opened.reopen();
      const stored = await opened.store.events({ countMax: 2000 });
      expect(stored.map((event) => event.id)).toEqual(events.map((event) => event.id).reverse());
    });
  });

  describe('lists of events', () => {
    let events: CapturedEvent[];

    beforeEach(async () => {
      events = someEvents(10).map((event, i) => ({ ...event, webhookId: `wh_${i % 2}` }));
      await Promise.all(events.map((event) => opened.store.capture(event, 'captured')));
    });

    const idsOf = (list: readonly { id: string }[]) => list.map((item) => item.id);

    test('are newest first, without bodies, at most as long as asked', async () => {
      const list = await opened.store.events({ countMax: 3 });
      const {
        body,
        data: _,
        webhookName: __,
        webhookUrl: ___,
        webhookAccount: ____,
        ...head
      } = events[9]!;
      expect(list[0]).toEqual({ ...head, status: 'captured', bodySize: body.length });
      expect(idsOf(list)).toEqual([9, 8, 7].map((i) => events[i]!.id));
    });

    test('of one webhook hold no other’s', async () => {
      const list = await opened.store.events({ webhookId: 'wh_1', countMax: 100 });
      expect(idsOf(list)).toEqual([9, 7, 5, 3, 1].map((i) => events[i]!.id));
      expect(await opened.store.events({ webhookId: 'wh_none', countMax: 100 })).toEqual([]);
    });

    test('page by id without gap or repeat, with and without a webhook', async () => {
      for (const filter of [{}, { webhookId: 'wh_0' }]) {
        const whole = idsOf(await opened.store.events({ ...filter, countMax: 100 }));
        const paged: string[] = [];
        for (;;) {
          const before = paged.at(-1);
          const page = await opened.store.events({
            ...filter,
            ...(before === undefined ? {} : { before }),
            countMax: 2,
          });
          if (page.length === 0) break;
          paged.push(...idsOf(page));
        }
        expect(paged).toEqual(whole);
      }
    });

    test('can begin after an event, for those who follow', async () => {
      const list = await opened.store.events({ after: events[6]!.id, countMax: 100 });
      expect(idsOf(list)).toEqual([9, 8, 7].map((i) => events[i]!.id));
      const window = { after: events[2]!.id, before: events[7]!.id, webhookId: 'wh_1' };
      expect(idsOf(await opened.store.events({ ...window, countMax: 100 }))).toEqual(
        [5, 3].map((i) => events[i]!.id),
      );
    });
  });

  describe('settling', () => {
    test('gives the event its status and keeps every field of its runs', async () => {
      const event = someEvent();
      const runs: RunRecord[] = [
        someRun(event, {
          answer: {
            status: 201,
            headers: [
              ['set-cookie', 'a'],
              ['set-cookie', 'b'],
            ],
            body: 'é\0',
          },
          logs: [{ level: 'warn', text: 'line\u2028 \ud800', line: 3 }],
        }),
        someRun(event, {
          binding: 1,
          status: 'failed',
          startedAt: event.receivedAt + 2,
          failure: { code: 'run.failed', message: 'no', status: 422, step: 0, line: 9 },
        }),
      ];
      await opened.store.capture(event, 'pending');
      await opened.store.settle(event.id, 'done', runs);
      await opened.reopen();
      expect((await opened.store.event(event.id))?.status).toBe('done');
      expect(await opened.store.runsOf(event.id)).toEqual(runs);
      expect(await opened.store.run(runs[1]!.id)).toEqual(runs[1]);
      expect(await opened.store.run('run_none')).toBeUndefined();
    });

    test('keeps whether an answer’s body was text or bytes', async () => {
      const event = someEvent();
      const bodies = ['', 'text', new Uint8Array(0), new Uint8Array([0, 255])];
      const runs = bodies.map((body) =>
        someRun(event, { answer: { status: 200, headers: [], body } }),
      );
      await opened.store.capture(event, 'pending');
      await opened.store.settle(event.id, 'done', runs);
      const stored = await opened.store.runsOf(event.id);
      expect(stored.map((run) => run.answer?.body)).toEqual(bodies);
    });

    test('whatever answers and logs come in go out unchanged', async () => {
      const text = fc.string({ unit: anyCharacter, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(text, fc.uint8Array({ maxLength: 300 })),
          fc.array(fc.tuple(text, text), { maxLength: 4 }),
          fc.array(text, { maxLength: 4 }),
          fc.double({ min: 0, max: 1e6, noNaN: true }).map((ms) => ms + 0),
          async (body, headers, logs, cpuMs) => {
            const event = someEvent();
            const run = someRun(event, {
              cpuMs,
              answer: { status: 200, headers, body },
              logs: logs.map((line) => ({ level: 'info', text: line, line: 1 })),
            });
            await Promise.all([
              opened.store.capture(event, 'pending'),
              opened.store.settle(event.id, 'done', [run]),
            ]);
            expect(await opened.store.run(run.id)).toEqual(run);
          },
        ),
        { numRuns: 60 },
      );
    });

    test('may come before the capture is answered, and without runs', async () => {
      const events = someEvents(100);
      await Promise.all(
        events.flatMap((event) => [
          opened.store.capture(event, 'pending'),
          opened.store.settle(event.id, 'filtered', []),
        ]),
      );
      const stored = await opened.store.events({ countMax: 1000 });
      expect(new Set(stored.map((event) => event.status))).toEqual(new Set(['filtered']));
      expect(stored).toHaveLength(100);
      expect(await opened.store.pendingEvents(NOW * 2, 1000)).toEqual([]);
      expect(await opened.store.runsOf(events[0]!.id)).toEqual([]);
    });

    test('may be repeated: a re-run adds to the event’s runs', async () => {
      const event = someEvent();
      const runs = [0, 1].map((i) => someRun(event, { startedAt: event.receivedAt + i }));
      await opened.store.capture(event, 'pending');
      for (const run of runs) await opened.store.settle(event.id, 'done', [run]);
      expect(await opened.store.runsOf(event.id)).toEqual(runs);
    });

    test('lists runs in the order in which they started, not in which they were recorded', async () => {
      const event = someEvent();
      const late = someRun(event, { startedAt: event.receivedAt + 9 });
      const early = someRun(event, { startedAt: event.receivedAt + 4 });
      await opened.store.capture(event, 'pending');
      await opened.store.settle(event.id, 'done', [late, early]);
      expect(await opened.store.runsOf(event.id)).toEqual([early, late]);
    });

    test('an event that is not stored is refused, and its runs are not kept', async () => {
      const stored = someEvent();
      const missing = someEvent();
      const run = someRun(missing);
      const results = await Promise.allSettled([
        opened.store.capture(stored, 'pending'),
        opened.store.settle(missing.id, 'done', [run]),
        opened.store.settle(stored.id, 'done', []),
      ]);
      expect(results.map((result) => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect((results[1] as PromiseRejectedResult).reason).toMatchObject({
        code: 'event.not_found',
        message: `Expected the event ${missing.id} to be stored before it is settled, got none of this id.`,
      });
      expect(await opened.store.run(run.id)).toBeUndefined();
    });

    test('a run of an id that is taken leaves the event as it was', async () => {
      const [first, second] = someEvents(2) as [CapturedEvent, CapturedEvent];
      const run = someRun(first);
      await opened.store.capture(first, 'pending');
      await opened.store.capture(second, 'pending');
      await opened.store.settle(first.id, 'done', [run]);
      const twice = opened.store.settle(second.id, 'done', [
        someRun(second),
        { ...run, eventId: second.id },
      ]);
      await expect(twice).rejects.toMatchObject({ code: 'store.failed' });
      expect((await opened.store.event(second.id))?.status).toBe('pending');
      expect(await opened.store.runsOf(second.id)).toEqual([]);
    });
  });
}
