import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EffectResult, StateArgs } from '../../src/core/effect.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { topicEvent } from '../../src/core/topic-event.ts';
import type { EffectPlace } from '../../src/engine/ports.ts';
import { NOW, openRun, someEffect, someEvent, someHook, someMessage } from './records.ts';
import { StateModel } from './state-model.ts';
import type { OpenedStore } from './store.ts';

const LEASE = { owner: 'a', until: NOW + 30_000 };

/** What every adapter does with effects that it performs itself: state and messages. */
export function stateContract(opened: OpenedStore): void {
  describe('internal effects', () => {
    let run: RunRecord;
    let begun: number;

    beforeEach(async () => {
      const event = someEvent();
      run = openRun(event, 'running');
      begun = 0;
      await opened.store.capture(event, 'pending');
      await opened.store.advance({ run, begun: [], ended: [], lease: LEASE });
    });

    /** New entries of the run's journal, in one step. */
    async function beginAll(
      count: number,
      kind: 'state' | 'emit' | 'hook' = 'state',
      at = NOW,
    ): Promise<EffectPlace[]> {
      const numbers = Array.from({ length: count }, () => begun++);
      const entries = numbers.map((number) => ({
        effect: someEffect(number, { kind, args: '{}' }),
        at,
      }));
      await opened.store.advance({ run, begun: entries, ended: [], lease: LEASE });
      return numbers.map((number) => ({ runId: run.id, number, at, arrival: number }));
    }

    async function begin(kind: 'state' | 'emit' | 'hook', at = NOW): Promise<EffectPlace> {
      return (await beginAll(1, kind, at))[0]!;
    }

    async function perform(args: StateArgs, at = NOW): Promise<EffectResult> {
      return opened.store.performState(await begin('state', at), args);
    }

    const value = async (args: StateArgs, at = NOW) => {
      const result = await perform(args, at);
      return result.ok ? JSON.parse(result.value) : result.code;
    };
    const get = (key: string, at = NOW) => value({ op: 'get', key }, at);
    const invalid = (message: string) => ({ ok: false, code: 'effect.invalid', message });

    describe('state', () => {
      test('is set, read, counted and deleted, by every run, across reopening', async () => {
        expect(await get('k')).toBeNull();
        expect(await value({ op: 'set', key: 'k', value: { a: ['é\0'] } })).toBeNull();
        await opened.reopen();
        expect(await get('k')).toEqual({ a: ['é\0'] });
        expect(await value({ op: 'delete', key: 'k' })).toBe(true);
        expect(await value({ op: 'delete', key: 'k' })).toBe(false);
        expect(await value({ op: 'increment', key: 'n', by: 2.5 })).toBe(2.5);
        expect(await value({ op: 'increment', key: 'n', by: -1 })).toBe(1.5);
        expect(await get('n')).toBe(1.5);
      });

      test('behaves as the model does, whatever is done to it while the clock moves', async () => {
        const key = fc.constantFrom('a', 'b', 'orders/é');
        const ttlMs = fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined });
        const by = fc.integer({ min: -3, max: 3 });
        const json = fc.oneof(by, fc.jsonValue({ maxDepth: 1 })).map(normal);
        const args = fc.oneof(
          fc.record({ op: fc.constant('get' as const), key }),
          fc.record({ op: fc.constant('set' as const), key, value: json, ttlMs }),
          fc.record({ op: fc.constant('delete' as const), key }),
          fc.record({ op: fc.constant('increment' as const), key, by, ttlMs }),
        ) as fc.Arbitrary<StateArgs>;
        const steps = fc.array(fc.tuple(args, fc.integer({ min: 0, max: 4 }), fc.boolean()), {
          minLength: 1,
          maxLength: 25,
        });
        let now = NOW;
        await fc.assert(
          fc.asyncProperty(steps, async (list) => {
            const names = ['a', 'b', 'orders/é'];
            const places = await beginAll(names.length + list.length);
            for (const name of names) {
              await opened.store.performState(places.shift()!, { op: 'delete', key: name });
            }
            const model = new StateModel();
            for (const [operation, passed, expires] of list) {
              now += passed;
              if (expires) await opened.store.expireState(now, 100);
              const place = { ...places.shift()!, at: now };
              const result = await opened.store.performState(place, operation);
              expect(result).toEqual(model.perform(operation, now));
            }
          }),
          { numRuns: 20 },
        );
      });

      test('ends with its time to live, and set anew without one stays', async () => {
        await perform({ op: 'set', key: 'k', value: 1, ttlMs: 10 });
        expect(await get('k', NOW + 9)).toBe(1);
        expect(await get('k', NOW + 10)).toBeNull();
        expect(await value({ op: 'delete', key: 'k' }, NOW + 10)).toBe(false);
        await perform({ op: 'set', key: 'k', value: 1, ttlMs: 10 });
        await perform({ op: 'set', key: 'k', value: 2 }, NOW + 5);
        expect(await get('k', NOW * 2)).toBe(2);
      });

      test('a counter’s time to live is the one that it was made with', async () => {
        const count = (at: number) => value({ op: 'increment', key: 'n', by: 1, ttlMs: 10 }, at);
        expect(await count(NOW)).toBe(1);
        expect(await count(NOW + 9)).toBe(2);
        expect(await count(NOW + 10)).toBe(1);
      });

      test('counts what 100 runs count at once', async () => {
        const places = await beginAll(100);
        const results = await Promise.all(
          places.map((place) =>
            opened.store.performState(place, { op: 'increment', key: 'n', by: 1 }),
          ),
        );
        const counts = results.map((result) => (result.ok ? Number(result.value) : Number.NaN));
        expect(counts).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      });

      test('cannot be counted where it is no number or would be none', async () => {
        const cases: [unknown, string][] = [
          ['1', 'Expected "k" to hold a number, got a string.'],
          [null, 'Expected "k" to hold a number, got null.'],
          [[1], 'Expected "k" to hold a number, got a list.'],
          [{}, 'Expected "k" to hold a number, got an object.'],
          [1e308, 'Expected "k" to stay a finite number, got Infinity.'],
        ];
        for (const [before, message] of cases) {
          await perform({ op: 'set', key: 'k', value: before });
          expect(await perform({ op: 'increment', key: 'k', by: 1.5e308 })).toEqual({
            ok: false,
            code: 'effect.failed',
            message,
          });
          expect(await get('k')).toEqual(before);
        }
      });

      test('has limits, exact to the byte, and refused operations change nothing', async () => {
        const set = (key: string, text: unknown, ttlMs?: number) =>
          perform({ op: 'set', key, value: text, ...(ttlMs === undefined ? {} : { ttlMs }) });
        const done = { ok: true, value: 'null' };
        expect(await set('é'.repeat(256), 1)).toEqual(done);
        expect(await set('k', 'x'.repeat(64 * 1024 - 2))).toEqual(done);
        const keys = 'Expected a key of 1 to 512 bytes, got';
        expect(await set(`${'é'.repeat(256)}x`, 1)).toEqual(invalid(`${keys} 513 bytes.`));
        expect(await perform({ op: 'get', key: '' })).toEqual(invalid(`${keys} 0 bytes.`));
        expect(await perform({ op: 'get', key: 'a\ud800' })).toEqual(
          invalid('Expected a key of Unicode text, got half a surrogate pair.'),
        );
        expect(await set('k', 'x'.repeat(64 * 1024 - 1))).toEqual(
          invalid('Expected a value of at most 65536 bytes of JSON for "k", got 65537 bytes.'),
        );
        expect(await set('k', undefined)).toEqual(invalid('Expected a value for "k", got none.'));
        for (const ttlMs of [0, -1, 0.5, 1e300]) {
          expect(await set('k', 1, ttlMs)).toEqual(
            invalid(
              `Expected a time to live of whole milliseconds above 0 for "k", got ${String(ttlMs)}.`,
            ),
          );
        }
        expect(await perform({ op: 'increment', key: 'new', by: Number.NaN })).toEqual(
          invalid('Expected a finite number to add to "new", got null.'),
        );
        expect(await get('k')).toHaveLength(64 * 1024 - 2);
        expect(await get('new')).toBeNull();
      });

      test('is changed once, however often an effect is performed', async () => {
        const place = await begin('state');
        const args: StateArgs = { op: 'increment', key: 'n', by: 1 };
        const both = [
          opened.store.performState(place, args),
          opened.store.performState(place, args),
        ];
        expect(await Promise.all(both)).toEqual([
          { ok: true, value: '1' },
          { ok: true, value: '1' },
        ]);
        await opened.reopen();
        const later = { ...place, at: NOW + 9, arrival: 5 };
        expect(await opened.store.performState(later, args)).toEqual({ ok: true, value: '1' });
        expect(await get('n')).toBe(1);
        expect((await opened.store.journal(run.id))[0]).toMatchObject({
          ended: { at: NOW, arrival: 0, result: { ok: true, value: '1' } },
        });
      });

      test('is not changed by an effect that has not begun', async () => {
        const place = { runId: run.id, number: 7, at: NOW, arrival: 0 };
        await expect(
          opened.store.performState(place, { op: 'set', key: 'k', value: 1 }),
        ).rejects.toMatchObject({
          code: 'internal',
          message: `Expected effect 7 of the run ${run.id} to be under way, got one that has not begun.`,
        });
        expect(await get('k')).toBeNull();
      });

      test('that has expired is deleted, no more than asked at once', async () => {
        for (let i = 0; i < 5; i++) {
          await perform({ op: 'set', key: `k${i}`, value: i, ttlMs: 10 + i });
        }
        await perform({ op: 'set', key: 'stays', value: 1 });
        expect(await opened.store.expireState(NOW + 9, 100)).toBe(0);
        expect(await opened.store.expireState(NOW + 13, 3)).toBe(3);
        expect(await opened.store.expireState(NOW + 13, 3)).toBe(1);
        expect(await get('k4')).toBe(4);
        expect(await get('stays', NOW * 2)).toBe(1);
      });
    });

    describe('messages', () => {
      test('are stored with their entry’s result, once', async () => {
        const place = await begin('emit');
        const message = someMessage();
        const result = { ok: true, value: `{"id":"${message.id}"}` };
        expect(await opened.store.storeMessage(place, message)).toEqual(result);
        await opened.reopen();
        const second = someMessage();
        expect(await opened.store.storeMessage(place, second)).toEqual(result);
        expect(await opened.store.journal(run.id)).toMatchObject([
          { ended: { at: NOW, arrival: 0, result } },
        ]);
        // It would be refused if it had been stored.
        expect(await opened.store.storeMessage(await begin('emit'), second)).toMatchObject({
          ok: true,
        });
      });

      test('that start runs are stored with their event, once, and it counts as any other', async () => {
        const place = await begin('emit');
        const message = someMessage({ depth: 3 });
        const before = (await opened.store.pendingEvents(NOW + 1, 100)).length;
        await opened.store.storeMessage(place, message);
        await opened.store.storeMessage(place, someMessage({ depth: 3 }));
        await opened.reopen();
        const pending = await opened.store.pendingEvents(NOW + 1, 100);
        expect(pending).toHaveLength(before + 1);
        const event = pending.find(({ method }) => method === 'TOPIC');
        expect(event).toEqual({ ...topicEvent({ ...message, depth: 3 }), status: 'pending' });
        expect(new TextDecoder().decode(event?.body)).toBe(message.data);
      });

      test('for a hook that there is none of are a result that says so', async () => {
        const message = someMessage({ kind: 'hook', to: 'warehouse' });
        const result = {
          ok: false,
          code: 'effect.failed',
          message:
            'Expected the name or id of a hook, got "warehouse", which there is none of. List them with `hookwright hook list`.',
        };
        const place = await begin('hook');
        expect(await opened.store.storeMessage(place, message)).toEqual(result);
        expect(await opened.store.message(message.id)).toBeUndefined();
        await opened.store.createHook(someHook({ name: 'warehouse' }));
        expect(await opened.store.storeMessage(place, message)).toEqual(result);
        expect(await opened.store.storeMessage(await begin('hook'), message)).toMatchObject({
          ok: true,
        });
        expect(await opened.store.message(message.id)).toMatchObject({ runId: run.id });
        expect(await opened.store.deliveries({ messageId: message.id, countMax: 9 })).toHaveLength(
          1,
        );
      });

      test('of an id that is taken are refused, and the effect stays under way', async () => {
        const message = someMessage();
        await opened.store.storeMessage(await begin('emit'), message);
        const place = await begin('emit');
        const twice = opened.store.storeMessage(place, message);
        await expect(twice).rejects.toMatchObject({ code: 'store.failed' });
        expect((await opened.store.journal(run.id))[1]).not.toHaveProperty('ended');
        const other = someMessage();
        expect(await opened.store.storeMessage(place, other)).toMatchObject({ ok: true });
      });
    });
  });
}

/** What is left of a value after JSON: no `-0`. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
