import { beforeEach, describe, expect, test } from 'vitest';
import type { CapturedEvent } from '../../src/core/event.ts';
import { scheduleEvent } from '../../src/core/schedule-event.ts';
import type { DueTimeClaim } from '../../src/engine/ports.ts';
import { NOW, openRun, someRun } from './records.ts';
import type { OpenedStore } from './store.ts';

const MINUTE = 60_000;
const A = { automation: 'a', definition: '[["* * * * *"],"UTC"]' };
const B = { automation: 'b', definition: '[["@daily"],"UTC"]' };

function dueEvent(minute: number, automation = 'a'): CapturedEvent {
  const scheduledAt = NOW + minute * MINUTE;
  return scheduleEvent({ automation, scheduledAt, receivedAt: scheduledAt + 7 });
}

function dueTime(minute: number, over: Partial<DueTimeClaim> = {}): DueTimeClaim {
  const scheduledAt = NOW + minute * MINUTE;
  return { ...A, scheduledAt, event: dueEvent(minute), alone: true, ...over };
}

/** What every adapter does with schedules: it keeps how far they have come, and each time is decided once. */
export function scheduleContract(opened: OpenedStore): void {
  describe('schedules', () => {
    beforeEach(async () => {
      expect(await opened.store.keepSchedules([A, B], NOW)).toEqual([NOW, NOW]);
    });

    const keep = (minute: number, schedules = [A, B]): Promise<readonly number[]> =>
      opened.store.keepSchedules(schedules, NOW + minute * MINUTE);

    test('stand where they were, across reopening, and begin anew where they are new or changed', async () => {
      expect(await opened.store.claimDueTime(dueTime(1))).toBe('taken');
      await opened.reopen();
      expect(await keep(5)).toEqual([NOW + MINUTE, NOW]);
      expect(await keep(6, [{ ...A, definition: 'other' }, B])).toEqual([NOW + 6 * MINUTE, NOW]);
      expect(await keep(7, [B])).toEqual([NOW]);
      expect(await keep(8)).toEqual([NOW + 8 * MINUTE, NOW]);
      expect(await keep(9, [])).toEqual([]);
    });

    test('are put back where a clock was wrong', async () => {
      await opened.store.claimDueTime(dueTime(60));
      expect(await keep(5)).toEqual([NOW + 5 * MINUTE, NOW]);
      expect(await keep(6)).toEqual([NOW + 5 * MINUTE, NOW]);
    });

    test('a due time stores its event as pending, and its body counts', async () => {
      const event = dueEvent(1);
      expect(await opened.store.claimDueTime(dueTime(1))).toBe('taken');
      await opened.reopen();
      expect(await opened.store.event(event.id)).toEqual({
        ...event,
        body: expect.toSatisfy((body) => Buffer.from(event.body).equals(body)),
        status: 'pending',
      });
      expect(await opened.store.pendingEvents(NOW * 2, 10)).toHaveLength(1);
      await opened.store.settle(event.id, 'done', []);
      // Bodies over the limit are pruned, which works only where they are counted.
      expect(await opened.store.prune(0, event.body.length, 10)).toBe(0);
      expect(await opened.store.prune(0, event.body.length - 1, 10)).toBe(1);
    });

    test('a due time that is claimed many times at once is decided once', async () => {
      const claims = Array.from({ length: 20 }, () => opened.store.claimDueTime(dueTime(1)));
      const outcomes = await Promise.all(claims);
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'gone')).toHaveLength(19);
      expect(await opened.store.events({ countMax: 10 })).toHaveLength(1);
    });

    test('times up to a decided one are decided too', async () => {
      expect(await opened.store.claimDueTime(dueTime(3))).toBe('taken');
      expect(await opened.store.claimDueTime(dueTime(2, { alone: false }))).toBe('gone');
      expect(await opened.store.claimDueTime(dueTime(4, { alone: false }))).toBe('taken');
    });

    test('a time that is passed over is decided without an event', async () => {
      const { event: _, ...passed } = dueTime(1);
      expect(await opened.store.claimDueTime(passed)).toBe('taken');
      expect(await opened.store.claimDueTime(dueTime(1))).toBe('gone');
      expect(await opened.store.events({ countMax: 10 })).toEqual([]);
    });

    test('a time of another definition, or of no schedule, is not decided', async () => {
      expect(await opened.store.claimDueTime(dueTime(1, { definition: 'other' }))).toBe('gone');
      expect(await opened.store.claimDueTime(dueTime(1, { automation: 'c' }))).toBe('gone');
      expect(await opened.store.claimDueTime(dueTime(1))).toBe('taken');
    });

    test('an event that is there already is not made again, though the clock was put back', async () => {
      await opened.store.claimDueTime(dueTime(1));
      await opened.store.settle(dueEvent(1).id, 'done', []);
      await keep(0);
      expect(await opened.store.claimDueTime(dueTime(1))).toBe('gone');
      expect((await opened.store.event(dueEvent(1).id))?.status).toBe('done');
    });

    test('overlaps with a pending event and with an open run, until that has ended', async () => {
      const { store } = opened;
      const first = dueEvent(1);
      await store.claimDueTime(dueTime(1));
      expect(await store.claimDueTime(dueTime(2))).toBe('overlap');
      const of = { automation: 'a' };
      const open = openRun(first, 'waiting', { ...of, dueAt: NOW * 2 });
      const step = { begun: [], ended: [], event: { id: first.id, status: 'done' as const } };
      await store.advance({ run: open, ...step });
      expect(await store.claimDueTime(dueTime(3))).toBe('overlap');
      // It was decided: the time does not come back when the run ends.
      expect(await store.claimDueTime(dueTime(3, { alone: false }))).toBe('gone');
      expect(await store.claimDueTime(dueTime(4, { alone: false }))).toBe('taken');
      await store.settle(dueEvent(4).id, 'done', []);
      const run = someRun(first, { ...of, id: open.id });
      await store.advance({ run, begun: [], ended: [] });
      expect(await store.claimDueTime(dueTime(5))).toBe('taken');
    });

    test('events and runs of other automations do not overlap', async () => {
      const other = dueEvent(1, 'b');
      await opened.store.claimDueTime({ ...dueTime(1), ...B, event: other });
      const run = openRun(other, 'queued', { automation: 'b' });
      await opened.store.advance({ run, begun: [], ended: [] });
      expect(await opened.store.claimDueTime(dueTime(2))).toBe('taken');
    });
  });
}
