import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EffectResult } from '../../src/core/effect.ts';
import type { CapturedEvent } from '../../src/core/event.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { anyCharacter } from '../any-character.ts';
import { NOW, openRun, someEffect, someEvent, someEvents, someRun } from './records.ts';
import type { OpenedStore } from './store.ts';

const LEASE = { owner: 'a', until: NOW + 30_000 };
const NOTHING = { begun: [], ended: [] };
const OK: EffectResult = { ok: true, value: '{"status":200}' };

/** What every adapter does with runs that outlive one execution, and with their journals. */
export function runContract(opened: OpenedStore): void {
  describe('runs that outlive an execution', () => {
    let event: CapturedEvent;

    beforeEach(async () => {
      event = someEvent();
      await opened.store.capture(event, 'pending');
    });

    describe('advancing a run', () => {
      test('keeps every field, in every status, and replaces the record as a whole', async () => {
        const full = someRun(event, {
          inputs: '{"a":"é\\u0000"}',
          attempt: 3,
          binding: -1,
          value: '[1,null]',
          secretUse: { seed: 'é', names: { A: true, B: false }, digests: { ab: 'AA==', cd: null } },
          caller: { runId: 'run_caller', effect: 0 },
          answer: { status: 200, headers: [['a', 'b']], body: new Uint8Array([0, 255]) },
          logs: [{ level: 'info', text: 'x', line: 1 }],
          failure: { code: 'effect.failed', message: 'no', status: 502, step: 1 },
        });
        const records: RunRecord[] = [
          openRun(event, 'running', { id: full.id }),
          openRun(event, 'waiting', { id: full.id, dueAt: NOW + 5, caller: full.caller! }),
          openRun(event, 'queued', { id: full.id, attempt: 2, dueAt: 0 }),
          { ...full, status: 'failed' },
        ];
        for (const run of records) {
          await opened.store.advance({ run, ...NOTHING, lease: LEASE });
          expect(await opened.store.run(full.id)).toStrictEqual(run);
        }
        await opened.reopen();
        expect(await opened.store.runsOf(event.id)).toStrictEqual([records[3]]);
        for (const status of ['succeeded', 'failed', 'cancelled'] as const) {
          const run = someRun(event, { status });
          await opened.store.advance({ run, ...NOTHING });
          expect(await opened.store.run(run.id)).toStrictEqual(run);
        }
      });

      test('begins entries and completes them, by number, before and after reopening', async () => {
        const run = openRun(event, 'running');
        const effects = [
          someEffect(0),
          someEffect(1, { kind: 'wait', args: '{"until":5}' }),
        ] as const;
        const begun = effects.map((effect, i) => ({ effect, at: NOW + i }));
        await opened.store.advance({ run, begun: begun.toReversed(), ended: [], lease: LEASE });
        const expected = begun.map(({ effect, at }) => ({ ...effect, beganAt: at }));
        expect(await opened.store.journal(run.id)).toStrictEqual(expected);
        const last = { number: 1, at: NOW + 9, arrival: 0, result: OK };
        await opened.store.advance({ run, begun: [], ended: [last], lease: LEASE });
        await opened.reopen();
        const { number: _, ...ended } = last;
        expect(await opened.store.journal(run.id)).toStrictEqual([
          expected[0],
          { ...expected[1], ended },
        ]);
        expect(await opened.store.journal('run_none')).toEqual([]);
      });

      test('whatever arguments and results come in go out unchanged', async () => {
        const text = fc.string({ unit: anyCharacter, maxLength: 40 });
        const json = fc.json({ maxDepth: 2 });
        const result: fc.Arbitrary<EffectResult> = fc.oneof(
          json.map((value) => ({ ok: true as const, value })),
          fc.record({
            ok: fc.constant(false as const),
            code: fc.constantFrom('effect.failed' as const, 'effect.in_doubt' as const),
            message: text,
            status: fc.nat(599),
          }),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(fc.tuple(json, result), { maxLength: 5 }), async (list) => {
            const run = openRun(event, 'running');
            const begun = list.map(([args], number) => ({
              effect: someEffect(number, { args }),
              at: 1,
            }));
            const ended = list.map(([, result], number) => ({
              number,
              at: 2,
              arrival: number,
              result,
            }));
            await opened.store.advance({ run, begun, ended, lease: LEASE });
            const journal = await opened.store.journal(run.id);
            expect(journal.map((entry) => [entry.args, entry.ended?.result])).toEqual(list);
          }),
          { numRuns: 40 },
        );
      });

      test('gives the event its status in the same commit, or changes nothing', async () => {
        const run = someRun(event);
        const done = { id: event.id, status: 'done' } as const;
        await opened.store.advance({ run, ...NOTHING, event: done });
        expect((await opened.store.event(event.id))?.status).toBe('done');
        const other = openRun(event, 'running');
        const missing = { id: 'evt_none', status: 'done' } as const;
        const begun = [{ effect: someEffect(0), at: NOW }];
        await expect(
          opened.store.advance({ run: other, begun, ended: [], lease: LEASE, event: missing }),
        ).rejects.toMatchObject({
          code: 'event.not_found',
          message:
            'Expected the event evt_none to be stored before it is settled, got none of this id.',
        });
        expect(await opened.store.run(other.id)).toBeUndefined();
        expect(await opened.store.journal(other.id)).toEqual([]);
      });

      test('in one batch with the capture, the last status of the event counts', async () => {
        const other = someEvent();
        const run = openRun(other, 'queued', { dueAt: NOW });
        const settledBy = (status: 'pending' | 'done') => ({ id: other.id, status });
        await Promise.all([
          opened.store.capture(other, 'pending'),
          opened.store.settle(other.id, 'filtered', []),
          opened.store.advance({ run, ...NOTHING, event: settledBy('pending') }),
          opened.store.advance({ run, ...NOTHING, event: settledBy('done') }),
        ]);
        expect((await opened.store.event(other.id))?.status).toBe('done');
        expect(await opened.store.pendingEvents(NOW * 2, 9)).toHaveLength(1);
      });

      test('many at once share commits with captures and fail alone', async () => {
        const runs = Array.from({ length: 50 }, () => openRun(event, 'running'));
        const results = await Promise.allSettled(
          runs.map((run, i) =>
            opened.store.advance({
              run,
              begun: [{ effect: someEffect(0), at: NOW }],
              ended: i === 20 ? [{ number: 7, at: NOW, arrival: 0, result: OK }] : [],
              lease: LEASE,
            }),
          ),
        );
        expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
        expect(results[20]).toMatchObject({
          reason: {
            code: 'internal',
            message: `Expected effect 7 of the run ${runs[20]!.id} to be under way, got one that has not begun.`,
          },
        });
        expect(await opened.store.run(runs[20]!.id)).toBeUndefined();
        expect(await opened.store.openRuns()).toBe(49);
      });

      test('begins an entry once and completes it once', async () => {
        const run = openRun(event, 'running');
        const step = { run, lease: LEASE };
        const begun = [{ effect: someEffect(0), at: NOW }];
        const ended = [{ number: 0, at: NOW, arrival: 0, result: OK }];
        await opened.store.advance({ ...step, begun, ended });
        await expect(opened.store.advance({ ...step, begun, ended: [] })).rejects.toMatchObject({
          code: 'store.failed',
        });
        await expect(opened.store.advance({ ...step, begun: [], ended })).rejects.toMatchObject({
          code: 'internal',
          message: `Expected effect 0 of the run ${run.id} to be under way, got one that has ended already.`,
        });
        expect(await opened.store.journal(run.id)).toMatchObject([{ ended: { result: OK } }]);
      });

      test('a later attempt may do effects anew; the same one may not', async () => {
        const run = openRun(event, 'running');
        const begun = [0, 1].map((number) => ({ effect: someEffect(number), at: NOW }));
        await opened.store.advance({ run, begun, ended: [], lease: LEASE });
        const again = { ...NOTHING, forgotten: [1], lease: LEASE };
        await expect(opened.store.advance({ run, ...again })).rejects.toMatchObject({
          code: 'internal',
          message: `Expected a later attempt of the run ${run.id} to forget effects, got attempt 1.`,
        });
        const second = openRun(event, 'queued', { id: run.id, attempt: 2, dueAt: NOW });
        await opened.store.advance({ run: second, ...again });
        expect(await opened.store.journal(run.id)).toMatchObject([{ number: 0 }]);
      });

      test('refuses a run that nobody would take up', async () => {
        const { dueAt: _, ...timeless } = openRun(event, 'queued');
        const running = openRun(event, 'running');
        const cases: [RunRecord, string][] = [
          [timeless, `Expected a due time of the queued run ${timeless.id}, got none.`],
          [running, `Expected a lease for the running run ${running.id}, got none.`],
          [
            { ...running, status: 'failed', dueAt: 1 },
            `Expected a due time for queued and waiting runs alone, got one for the run ${running.id}.`,
          ],
        ];
        for (const [run, message] of cases) {
          const refused = { code: 'internal', message };
          await expect(opened.store.advance({ run, ...NOTHING })).rejects.toMatchObject(refused);
          await expect(opened.store.settle(event.id, 'done', [run])).rejects.toMatchObject(refused);
          expect(await opened.store.run(run.id)).toBeUndefined();
        }
      });
    });

    describe('runs', () => {
      const idsOf = (list: readonly { id: string }[]) => list.map((item) => item.id);
      let runs: RunRecord[];

      beforeEach(async () => {
        const events = someEvents(8).map((other, i) => ({ ...other, webhookId: `wh_${i % 2}` }));
        const statuses = ['succeeded', 'failed', 'cancelled', 'queued', 'waiting'] as const;
        runs = events.map((other, i) => {
          const status = statuses[i % 5]!;
          const over = { automation: i < 4 ? 'one' : 'two' };
          const open = status === 'queued' || status === 'waiting';
          return open
            ? openRun(other, status, { ...over, dueAt: NOW + 100 - i })
            : someRun(other, { ...over, status });
        });
        for (const [i, other] of events.entries()) {
          await opened.store.capture(other, 'pending');
          await opened.store.settle(other.id, 'done', [runs[i]!]);
        }
      });

      test('are listed newest first, by any of what they have', async () => {
        const list = async (filter: object) =>
          idsOf(await opened.store.runs({ ...filter, countMax: 100 })).map((id) =>
            runs.findIndex((run) => run.id === id),
          );
        expect(await list({})).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
        expect(await list({ webhookId: 'wh_1' })).toEqual([7, 5, 3, 1]);
        expect(await list({ automation: 'one' })).toEqual([3, 2, 1, 0]);
        expect(await list({ status: 'succeeded' })).toEqual([5, 0]);
        expect(await list({ status: 'failed' })).toEqual([6, 1]);
        expect(await list({ status: 'waiting', webhookId: 'wh_0' })).toEqual([4]);
        expect(await list({ eventId: runs[3]!.eventId })).toEqual([3]);
        expect(await list({ eventId: runs[3]!.eventId, status: 'failed' })).toEqual([]);
        expect(await list({ before: runs[2]!.id })).toEqual([1, 0]);
      });

      test('are listed without what may be long', async () => {
        const { inputs: _, logs: __, ...open } = runs[4]!;
        expect(await opened.store.runs({ before: runs[5]!.id, countMax: 1 })).toStrictEqual([open]);
        const other = someEvent();
        const plain = { id: 'run_9', caller: { runId: runs[0]!.id, effect: 3 } };
        const failure = { code: 'run.failed', message: 'no', status: 422, line: 7 } as const;
        const answered = someRun(other, {
          ...plain,
          status: 'failed',
          failure,
          answer: { status: 201, headers: [['x-a', 'b']], body: 'long' },
          value: '"long"',
          logs: [{ level: 'info', text: 'long', line: 1 }],
        });
        await opened.store.capture(other, 'pending');
        await opened.store.settle(other.id, 'done', [answered]);
        const { inputs: ___, logs: ____, value: _____, ...listed } = answered;
        expect(await opened.store.runs({ countMax: 1 })).toStrictEqual([
          { ...listed, answer: { status: 201 } },
        ]);
      });

      test('are open while queued, running or waiting, and the next due one is known', async () => {
        expect(await opened.store.openRuns()).toBe(2);
        expect(await opened.store.nextDue()).toBe(NOW + 96);
        await opened.store.claim('a', NOW + 96, 1000, 10);
        expect(await opened.store.openRuns()).toBe(2);
        expect(await opened.store.nextDue()).toBe(NOW + 97);
        await opened.store.advance({ run: { ...someRun(event), id: runs[4]!.id }, ...NOTHING });
        await opened.store.claim('a', NOW + 97, 1000, 10);
        expect(await opened.store.openRuns()).toBe(1);
        expect(await opened.store.nextDue()).toBeUndefined();
      });
    });
  });
}
