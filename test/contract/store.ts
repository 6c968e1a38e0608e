import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CapturedEvent } from '../../src/core/event.ts';
import type { RunRecord } from '../../src/core/run.ts';
import type { Store } from '../../src/engine/ports.ts';
import { NOW, someAutomation, someEvent, someEvents, someRun, someWebhook } from './records.ts';

/** One place that holds data, as an adapter's test offers it to the suite. */
export interface StoreHarness {
  /** Opens the store on the same data every time; at most one at once. */
  open(): Promise<Store>;
  /** Removes the data. */
  dispose(): Promise<void>;
}

const MB = 1024 ** 2;

/** What every adapter of `Store` does. */
export function storeContract(name: string, prepare: () => Promise<StoreHarness>): void {
  describe(`${name} as a store`, () => {
    let harness: StoreHarness;
    let store: Store;

    async function reopen(): Promise<void> {
      await store.close();
      store = await harness.open();
    }

    beforeEach(async () => {
      harness = await prepare();
      store = await harness.open();
    });

    afterEach(async () => {
      await store.close();
      await harness.dispose();
    });

    describe('events', () => {
      test('a captured event is there with every field, before and after reopening', async () => {
        const event = someEvent();
        await store.capture(event, 'pending');
        expect(await store.event(event.id)).toEqual({ ...event, status: 'pending' });
        await reopen();
        expect(await store.event(event.id)).toEqual({ ...event, status: 'pending' });
      });

      test('an unknown event is undefined', async () => {
        expect(await store.event('evt_none')).toBeUndefined();
      });

      test('whatever bytes and texts come in go out unchanged', async () => {
        const text = fc.string({ unit: 'binary', maxLength: 40 });
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
              });
              await store.capture(event, 'captured');
              expect(await store.event(event.id)).toEqual({ ...event, status: 'captured' });
            },
          ),
          { numRuns: 60 },
        );
      });

      test('a body that is a window into a larger buffer is stored as that window', async () => {
        const pool = Buffer.from('before-body-after');
        const event = someEvent({ body: pool.subarray(7, 11) });
        await store.capture(event, 'pending');
        expect(Buffer.from((await store.event(event.id))?.body ?? []).toString()).toBe('body');
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
          await store.capture(event, 'pending');
          expect(await store.event(event.id)).toEqual({ ...event, status: 'pending' });
        }
      });

      test('a body of 5 MB survives capture, settling and reopening', async () => {
        const body = Uint8Array.from({ length: 5 * MB }, (_, i) => (i * 2654435761) >>> 24);
        const event = someEvent({ body });
        await store.capture(event, 'pending');
        await store.settle(event.id, 'done', [someRun(event)]);
        await reopen();
        const stored = await store.event(event.id);
        expect(stored?.status).toBe('done');
        expect(Buffer.compare(stored?.body ?? new Uint8Array(), body)).toBe(0);
        expect(await store.events({ countMax: 1 })).toMatchObject([{ bodySize: 5 * MB }]);
      });

      test('a second event of the same id is refused alone, and the first stays', async () => {
        const event = someEvent();
        const others = someEvents(20);
        const results = await Promise.allSettled([
          store.capture(event, 'pending'),
          ...others.slice(0, 10).map((other) => store.capture(other, 'pending')),
          store.capture({ ...event, path: '/second' }, 'pending'),
          ...others.slice(10).map((other) => store.capture(other, 'pending')),
        ]);
        expect(results.map((result) => result.status).indexOf('rejected')).toBe(11);
        expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
        expect((results[11] as PromiseRejectedResult).reason).toMatchObject({
          name: 'HookwrightError',
          code: 'store.failed',
        });
        expect((await store.event(event.id))?.path).toBe(event.path);
        expect(await store.events({ countMax: 100 })).toHaveLength(21);
      });

      test('1,000 captures at once are all there', async () => {
        const events = someEvents(1000);
        await Promise.all(events.map((event) => store.capture(event, 'pending')));
        await reopen();
        const stored = await store.events({ countMax: 2000 });
        expect(stored.map((event) => event.id)).toEqual(events.map((event) => event.id).reverse());
      });
    });

    describe('lists of events', () => {
      let events: CapturedEvent[];

      beforeEach(async () => {
        events = someEvents(10).map((event, i) => ({ ...event, webhookId: `wh_${i % 2}` }));
        await Promise.all(events.map((event) => store.capture(event, 'captured')));
      });

      const idsOf = (list: readonly { id: string }[]) => list.map((item) => item.id);

      test('are newest first, without bodies, at most as long as asked', async () => {
        const list = await store.events({ countMax: 3 });
        const { body, ...head } = events[9]!;
        expect(list[0]).toEqual({ ...head, status: 'captured', bodySize: body.length });
        expect(idsOf(list)).toEqual([9, 8, 7].map((i) => events[i]!.id));
      });

      test('of one webhook hold no other’s', async () => {
        const list = await store.events({ webhookId: 'wh_1', countMax: 100 });
        expect(idsOf(list)).toEqual([9, 7, 5, 3, 1].map((i) => events[i]!.id));
        expect(await store.events({ webhookId: 'wh_none', countMax: 100 })).toEqual([]);
      });

      test('page by id without gap or repeat, with and without a webhook', async () => {
        for (const filter of [{}, { webhookId: 'wh_0' }]) {
          const whole = idsOf(await store.events({ ...filter, countMax: 100 }));
          const paged: string[] = [];
          for (;;) {
            const before = paged.at(-1);
            const page = await store.events({
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
        const list = await store.events({ after: events[6]!.id, countMax: 100 });
        expect(idsOf(list)).toEqual([9, 8, 7].map((i) => events[i]!.id));
        const window = { after: events[2]!.id, before: events[7]!.id, webhookId: 'wh_1' };
        expect(idsOf(await store.events({ ...window, countMax: 100 }))).toEqual(
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
        await store.capture(event, 'pending');
        await store.settle(event.id, 'done', runs);
        await reopen();
        expect((await store.event(event.id))?.status).toBe('done');
        expect(await store.runsOf(event.id)).toEqual(runs);
        expect(await store.run(runs[1]!.id)).toEqual(runs[1]);
        expect(await store.run('run_none')).toBeUndefined();
      });

      test('keeps whether an answer’s body was text or bytes', async () => {
        const event = someEvent();
        const bodies = ['', 'text', new Uint8Array(0), new Uint8Array([0, 255])];
        const runs = bodies.map((body) =>
          someRun(event, { answer: { status: 200, headers: [], body } }),
        );
        await store.capture(event, 'pending');
        await store.settle(event.id, 'done', runs);
        const stored = await store.runsOf(event.id);
        expect(stored.map((run) => run.answer?.body)).toEqual(bodies);
      });

      test('whatever answers and logs come in go out unchanged', async () => {
        const text = fc.string({ unit: 'binary', maxLength: 40 });
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
                store.capture(event, 'pending'),
                store.settle(event.id, 'done', [run]),
              ]);
              expect(await store.run(run.id)).toEqual(run);
            },
          ),
          { numRuns: 60 },
        );
      });

      test('may come before the capture is answered, and without runs', async () => {
        const events = someEvents(100);
        await Promise.all(
          events.flatMap((event) => [
            store.capture(event, 'pending'),
            store.settle(event.id, 'filtered', []),
          ]),
        );
        const stored = await store.events({ countMax: 1000 });
        expect(new Set(stored.map((event) => event.status))).toEqual(new Set(['filtered']));
        expect(stored).toHaveLength(100);
        expect(await store.pendingEvents(NOW * 2, 1000)).toEqual([]);
        expect(await store.runsOf(events[0]!.id)).toEqual([]);
      });

      test('may be repeated: a re-run adds to the event’s runs', async () => {
        const event = someEvent();
        const runs = [0, 1].map((i) => someRun(event, { startedAt: event.receivedAt + i }));
        await store.capture(event, 'pending');
        for (const run of runs) await store.settle(event.id, 'done', [run]);
        expect(await store.runsOf(event.id)).toEqual(runs);
      });

      test('lists runs in the order in which they started, not in which they were recorded', async () => {
        const event = someEvent();
        const late = someRun(event, { startedAt: event.receivedAt + 9 });
        const early = someRun(event, { startedAt: event.receivedAt + 4 });
        await store.capture(event, 'pending');
        await store.settle(event.id, 'done', [late, early]);
        expect(await store.runsOf(event.id)).toEqual([early, late]);
      });

      test('an event that is not stored is refused, and its runs are not kept', async () => {
        const stored = someEvent();
        const missing = someEvent();
        const run = someRun(missing);
        const results = await Promise.allSettled([
          store.capture(stored, 'pending'),
          store.settle(missing.id, 'done', [run]),
          store.settle(stored.id, 'done', []),
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
        expect(await store.run(run.id)).toBeUndefined();
      });

      test('a run of an id that is taken leaves the event as it was', async () => {
        const [first, second] = someEvents(2) as [CapturedEvent, CapturedEvent];
        const run = someRun(first);
        await store.capture(first, 'pending');
        await store.capture(second, 'pending');
        await store.settle(first.id, 'done', [run]);
        const twice = store.settle(second.id, 'done', [
          someRun(second),
          { ...run, eventId: second.id },
        ]);
        await expect(twice).rejects.toMatchObject({ code: 'store.failed' });
        expect((await store.event(second.id))?.status).toBe('pending');
        expect(await store.runsOf(second.id)).toEqual([]);
      });
    });

    describe('pending events', () => {
      test('are those not settled and received before a moment, oldest first', async () => {
        const events = someEvents(6);
        await Promise.all(
          [...events]
            .reverse()
            .map((event, i) => store.capture(event, i === 0 ? 'captured' : 'pending')),
        );
        await store.settle(events[1]!.id, 'done', []);
        const pending = await store.pendingEvents(NOW + 4, 100);
        expect(pending).toEqual([0, 2, 3].map((i) => ({ ...events[i], status: 'pending' })));
        expect(await store.pendingEvents(NOW + 4, 2)).toEqual(pending.slice(0, 2));
        expect(await store.pendingEvents(NOW, 100)).toEqual([]);
      });
    });

    describe('pruning', () => {
      const kb = (size: number) => ({ body: new Uint8Array(size * 1024) });
      const left = async () => (await store.events({ countMax: 10_000 })).map((event) => event.id);

      test('deletes what was received before a moment, with its runs', async () => {
        const events = someEvents(5);
        const run = someRun(events[0]!);
        await Promise.all(events.map((event) => store.capture(event, 'pending')));
        for (const event of events) {
          await store.settle(event.id, 'done', event === events[0] ? [run] : [someRun(event)]);
        }
        expect(await store.prune(NOW + 2, Number.MAX_SAFE_INTEGER, 100)).toBe(2);
        expect(await left()).toEqual([4, 3, 2].map((i) => events[i]!.id));
        expect(await store.run(run.id)).toBeUndefined();
        expect(await store.runsOf(events[2]!.id)).toHaveLength(1);
        expect(await store.prune(NOW + 2, Number.MAX_SAFE_INTEGER, 100)).toBe(0);
      });

      test('deletes the oldest until bodies fit, across reopening', async () => {
        const events = someEvents(10, kb(10));
        await Promise.all(events.map((event) => store.capture(event, 'captured')));
        expect(await store.prune(0, 100 * 1024, 100)).toBe(0);
        await reopen();
        expect(await store.prune(0, 100 * 1024 - 1, 100)).toBe(1);
        expect(await store.prune(0, 45 * 1024, 100)).toBe(5);
        expect(await left()).toEqual([9, 8, 7, 6].map((i) => events[i]!.id));
        await reopen();
        expect(await store.prune(0, 0, 100)).toBe(4);
      });

      test('counts no body that was not stored', async () => {
        const event = someEvent(kb(10));
        await store.capture(event, 'captured');
        await expect(store.capture(event, 'captured')).rejects.toMatchObject({
          code: 'store.failed',
        });
        expect(await store.prune(0, 10 * 1024, 100)).toBe(0);
      });

      test('never deletes pending events, and passes over them', async () => {
        const events = someEvents(6, kb(1));
        await Promise.all(
          events.map((event, i) => store.capture(event, i < 3 ? 'pending' : 'captured')),
        );
        expect(await store.prune(NOW * 2, 0, 100)).toBe(3);
        expect(await left()).toEqual([2, 1, 0].map((i) => events[i]!.id));
      });

      test('deletes no more than asked in one call', async () => {
        await Promise.all(someEvents(400).map((event) => store.capture(event, 'captured')));
        expect(await store.prune(NOW * 2, 0, 0)).toBe(0);
        expect(await store.prune(NOW * 2, 0, 300)).toBe(300);
        expect(await store.prune(NOW * 2, 0, 300)).toBe(100);
        expect(await left()).toEqual([]);
      });

      test('goes on beside captures', async () => {
        await Promise.all(someEvents(500, kb(1)).map((event) => store.capture(event, 'captured')));
        const later = someEvents(200, { receivedAt: NOW + 10_000 });
        const [pruned] = await Promise.all([
          store.prune(NOW + 10_000, Number.MAX_SAFE_INTEGER, 10_000),
          ...later.map((event) => store.capture(event, 'pending')),
        ]);
        expect(pruned).toBe(500);
        expect(await left()).toEqual(later.map((event) => event.id).reverse());
      });
    });

    describe('webhooks', () => {
      const bound = someWebhook({
        name: 'b',
        description: 'Zürich\0',
        respond: 'ack',
        paused: true,
        bindings: [
          { automation: 'one' },
          { automation: 'two', when: '${{ true }}', disabled: false, also: true, inputs: {} },
          { automation: 'two', disabled: true, inputs: { a: [1, null, { b: 'é' }] } },
        ],
      });

      test('are listed by name with their bindings in order, absent fields absent', async () => {
        const others = [someWebhook({ name: 'c' }), someWebhook({ name: 'a' })] as const;
        await store.createWebhook(bound);
        for (const webhook of others) await store.createWebhook(webhook);
        await reopen();
        expect(await store.webhooks()).toStrictEqual([others[1], bound, others[0]]);
      });

      test('are replaced as a whole', async () => {
        await store.createWebhook(bound);
        const changed = { ...someWebhook({ id: bound.id }), token: 'f'.repeat(40), updatedAt: 9 };
        await store.updateWebhook(changed);
        expect(await store.webhooks()).toStrictEqual([changed]);
      });

      test('have names of their own', async () => {
        const other = someWebhook({ name: 'other' });
        await store.createWebhook(bound);
        await store.createWebhook(other);
        const taken = {
          code: 'webhook.name_taken',
          message: `Expected a name that no webhook has, got "b", the name of ${bound.id}.`,
          next: 'Choose another name, or change that webhook.',
        };
        await expect(store.createWebhook(someWebhook({ name: 'b' }))).rejects.toMatchObject(taken);
        await expect(store.updateWebhook({ ...other, name: 'b' })).rejects.toMatchObject(taken);
        await store.updateWebhook({ ...bound, description: 'same name, same webhook' });
        expect(await store.webhooks()).toHaveLength(2);
      });

      test('must exist to be changed or deleted', async () => {
        const missing = {
          code: 'webhook.not_found',
          message: 'Expected the id of a webhook, got "wh_none", which there is none of.',
        };
        await expect(store.deleteWebhook('wh_none')).rejects.toMatchObject(missing);
        const none = someWebhook({ id: 'wh_none' });
        await expect(store.updateWebhook(none)).rejects.toMatchObject(missing);
        expect(await store.webhooks()).toEqual([]);
      });

      test('leave their events behind, and nothing that a later one of the same id would get', async () => {
        const event = someEvent({ webhookId: bound.id });
        await store.createWebhook(bound);
        await store.capture(event, 'captured');
        await store.deleteWebhook(bound.id);
        expect(await store.webhooks()).toEqual([]);
        expect(await store.events({ webhookId: bound.id, countMax: 9 })).toHaveLength(1);
        await store.createWebhook({ ...bound, bindings: [] });
        expect((await store.webhooks())[0]?.bindings).toEqual([]);
      });
    });

    describe('automations', () => {
      test('are listed by name with their current revision', async () => {
        const first = someAutomation('b', 'automation: b # 1');
        const second = { ...someAutomation('b', 'automation: b # 2'), file: 'moved/b.yaml' };
        const other = someAutomation('a', 'automation: a\0é');
        for (const record of [first, other, second]) await store.saveAutomation(record);
        await reopen();
        expect(await store.automations()).toEqual([other, second]);
        expect(await store.revision(first.revision.id)).toEqual(first.revision);
      });

      test('go back to a revision as it was first stored', async () => {
        const first = someAutomation('b', 'automation: b # 1');
        await store.saveAutomation(first);
        await store.saveAutomation(someAutomation('b', 'automation: b # 2'));
        await store.saveAutomation({ ...first, revision: { ...first.revision, createdAt: 1 } });
        expect(await store.automations()).toEqual([first]);
      });

      test('are forgotten by name, their revisions are not', async () => {
        const record = someAutomation('b', 'automation: b');
        await store.saveAutomation(record);
        await store.removeAutomation('b');
        await store.removeAutomation('none');
        expect(await store.automations()).toEqual([]);
        expect(await store.revision(record.revision.id)).toEqual(record.revision);
        expect(await store.revision('none')).toBeUndefined();
      });
    });

    describe('closing', () => {
      test('commits what was accepted, and refuses what comes later', async () => {
        const events = someEvents(500);
        const captures = events.map((event) => store.capture(event, 'pending'));
        const closing = store.close();
        const refused = {
          code: 'store.failed',
          message: 'Expected an open store, got one that was closed.',
        };
        await expect(store.capture(someEvent(), 'pending')).rejects.toMatchObject(refused);
        await expect(store.webhooks()).rejects.toMatchObject(refused);
        await Promise.all(captures);
        await closing;
        await expect(store.capture(someEvent(), 'pending')).rejects.toMatchObject(refused);
        store = await harness.open();
        expect(await store.events({ countMax: 1000 })).toHaveLength(500);
      });

      test('answers what was asked, and lets a prune end early', async () => {
        await Promise.all(someEvents(1000).map((event) => store.capture(event, 'captured')));
        const asked = store.events({ countMax: 2000 });
        const pruned = store.prune(NOW * 2, 0, 1000);
        await store.close();
        expect(await asked).toHaveLength(1000);
        const gone = await pruned;
        store = await harness.open();
        expect(await store.events({ countMax: 2000 })).toHaveLength(1000 - gone);
      });

      test('twice is once', async () => {
        await Promise.all([store.close(), store.close()]);
      });
    });
  });
}
