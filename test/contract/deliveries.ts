import { beforeEach, describe, expect, test } from 'vitest';
import type { Attempt, ClaimedDelivery } from '../../src/core/delivery.ts';
import type { HookRecord } from '../../src/core/hook.ts';
import { HEALTHY, RESUMED } from '../../src/core/hook-health.ts';
import { NOTICE_TOPICS } from '../../src/core/hook-notice.ts';
import type { NewMessage } from '../../src/core/message.ts';
import type { AttemptSettlement } from '../../src/engine/ports/hook-store.ts';
import { NOW, someHook, someMessage } from './records.ts';
import type { OpenedStore } from './store.ts';

const LEASE_MS = 1000;

/** What every adapter does so that each message arrives, at one process's hands at a time. */
export function deliveryContract(opened: OpenedStore): void {
  describe('deliveries', () => {
    let hook: HookRecord;

    beforeEach(async () => {
      hook = await create();
    });

    async function create(over: Partial<HookRecord> = {}): Promise<HookRecord> {
      const made = someHook(over);
      return { ...made, number: await opened.store.createHook(made) };
    }
    async function publish(count: number, over: Partial<NewMessage> = {}): Promise<NewMessage[]> {
      const messages = Array.from({ length: count }, (_, i) =>
        someMessage({ createdAt: NOW + i, ...over }),
      );
      for (const message of messages) await opened.store.publish(message);
      return messages;
    }
    const claim = (now: number, countMax = 9, { id, ordered } = hook, owner = 'a') =>
      opened.store.claimDeliveries(owner, now, LEASE_MS, [{ hookId: id, countMax, ordered }]);
    const one = async (now = NOW + 99, from = hook): Promise<ClaimedDelivery> =>
      (await claim(now, 1, from)).deliveries[0]!;
    const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);

    function attemptOf({ id, attempts }: ClaimedDelivery, status?: number): Attempt {
      return {
        deliveryId: id,
        number: attempts + 1,
        startedAt: NOW + 100,
        ms: 7,
        request: { method: 'POST', url: 'https://example.com/in', headers: [['a', 'b']] },
        ...(status === undefined
          ? { error: { code: 'egress.connect', message: 'Expected a connection, got none.' } }
          : {
              response: {
                status,
                headers: [['c', 'd']],
                body: new Uint8Array([0, 255]),
                truncated: true,
                address: '192.0.2.1',
              },
            }),
      };
    }
    const settle = (delivery: ClaimedDelivery, over: Partial<AttemptSettlement> = {}) =>
      opened.store.settleAttempt({
        owner: 'a',
        attempt: attemptOf(delivery, over.outcome === 'succeeded' ? 200 : 500),
        next: { status: over.outcome === 'succeeded' ? 'succeeded' : 'failed' },
        outcome: 'failed',
        tellFailed: false,
        mails: false,
        starts: [],
        ...over,
      });

    test('are claimed by those due first, with their message, and say when the next is due', async () => {
      const messages = await publish(3);
      expect(await claim(NOW - 1)).toEqual({
        deliveries: [],
        due: [{ hookId: hook.id, dueAt: NOW }],
      });
      const { deliveries, due } = await claim(NOW + 9, 2);
      expect(deliveries).toMatchObject([
        { status: 'sending', attempts: 0, message: messages[0] },
        { status: 'sending', attempts: 0, message: messages[1] },
      ]);
      expect(due).toEqual([{ hookId: hook.id, dueAt: NOW + 2 }]);
      expect((await claim(NOW + 9)).due).toEqual([]);
      expect(await claim(NOW + 9)).toEqual({ deliveries: [], due: [] });
    });

    test('of one hook leave those of others alone, however many there are', async () => {
      const other = await create({ topics: ['other.*'] });
      await publish(50);
      await publish(2, { to: 'other.thing' });
      const wants = [hook, other].map(({ id }) => ({ hookId: id, countMax: 3, ordered: false }));
      const { deliveries } = await opened.store.claimDeliveries('a', NOW + 99, LEASE_MS, wants);
      const count = (id: string) => deliveries.filter(({ hookId }) => hookId === id).length;
      expect([count(hook.id), count(other.id)]).toEqual([3, 2]);
      expect(await opened.store.dueDeliveries([other.id, hook.id, 'hk_none'])).toEqual([
        { hookId: hook.id, dueAt: NOW + 3 },
      ]);
    });

    test('of an ordered hook go one after the other, in the order in which they were made', async () => {
      const ordered = await create({ topics: ['line.*'], ordered: true });
      const later = someMessage({ to: 'line.a', createdAt: NOW + 50 });
      const earlier = someMessage({ to: 'line.b', createdAt: NOW + 10 });
      for (const message of [later, earlier]) await opened.store.publish(message);
      expect(await claim(NOW + 20, 9, ordered)).toEqual({
        deliveries: [],
        due: [{ hookId: ordered.id, dueAt: NOW + 50 }],
      });
      const first = await one(NOW + 60, ordered);
      expect(first.message.id).toBe(later.id);
      expect(await claim(NOW + 60, 9, ordered)).toEqual({ deliveries: [], due: [] });
      await settle(first, { next: { status: 'pending', dueAt: NOW + 500 } });
      expect((await claim(NOW + 60, 9, ordered)).deliveries).toEqual([]);
      const again = await one(NOW + 500, ordered);
      expect(again).toMatchObject({ id: first.id, attempts: 1, retries: 1 });
      await settle(again);
      expect((await one(NOW + 500, ordered)).message.id).toBe(earlier.id);
    });

    test('are claimed one by one by their id, due or not, and by one process alone', async () => {
      const [message] = (await publish(1)) as [NewMessage];
      const [made] = await opened.store.deliveries({ hookId: hook.id, countMax: 1 });
      const claimOne = (owner: string) =>
        opened.store.claimDelivery(owner, NOW - 1, LEASE_MS, made!.id);
      const claimed = await claimOne('a');
      expect(claimed).toMatchObject({ id: made!.id, status: 'sending', message });
      expect(claimed).not.toHaveProperty('dueAt');
      expect(await claimOne('b')).toBeUndefined();
      expect((await claim(NOW + 9)).deliveries).toEqual([]);
      await settle(claimed!, { outcome: 'succeeded' });
      expect(await claimOne('a')).toBeUndefined();
      expect(await opened.store.claimDelivery('a', NOW, LEASE_MS, 'dlv_none')).toBeUndefined();
    });

    test('are another’s when their lease has ended, and not before', async () => {
      await publish(2);
      const [kept, lost] = (await claim(NOW + 9)).deliveries as [ClaimedDelivery, ClaimedDelivery];
      await opened.reopen();
      const until = NOW + 9 + LEASE_MS;
      expect(await opened.store.renewDeliveries('a', [lost.id, 'x', kept.id], until)).toEqual([
        lost.id,
        kept.id,
      ]);
      expect(await opened.store.renewDeliveries('b', [kept.id], until + 99)).toEqual([]);
      expect(await opened.store.renewDeliveries('a', [kept.id], until + 99)).toEqual([kept.id]);
      expect(await opened.store.reclaimDeliveries(until - 1, false)).toEqual([]);
      expect(await opened.store.reclaimDeliveries(until, false)).toEqual([hook.id]);
      expect(idsOf((await claim(until, 9, hook, 'b')).deliveries)).toEqual([lost.id]);
    });

    test('are all taken back by a process that knows that it is alone', async () => {
      await publish(2);
      const { deliveries } = await claim(NOW + 9);
      expect(await opened.store.reclaimDeliveries(NOW + 10, true)).toEqual([hook.id]);
      expect(await claim(NOW + 9)).toMatchObject({ deliveries: [] });
      expect(idsOf((await claim(NOW + 10, 9, hook, 'b')).deliveries)).toEqual(idsOf(deliveries));
    });

    test('of a hook that is gone are cancelled by it: whoever deleted the hook died before that', async () => {
      const gone = await create();
      await publish(2);
      await claim(NOW + 9, 1, gone);
      await opened.store.deleteHook(gone.id);
      const statuses = async () =>
        (await opened.store.deliveries({ hookId: gone.id, countMax: 9 })).map((one) => one.status);
      expect(await statuses()).toEqual(['pending', 'sending']);
      await opened.store.reclaimDeliveries(NOW + 20, true);
      expect(await statuses()).toEqual(['cancelled', 'cancelled']);
    });

    test('keep every attempt, and the last of those that a crash has repeated', async () => {
      await publish(1);
      const first = await one();
      const failed = {
        ...attemptOf(first),
        request: { ...attemptOf(first).request, body: new Uint8Array([7]) },
      };
      await settle(first, { attempt: failed, next: { status: 'pending', dueAt: NOW + 200 } });
      const again = await one(NOW + 200);
      const answered = attemptOf(again, 204);
      await settle(again, {
        attempt: attemptOf(again, 500),
        next: { status: 'pending', dueAt: 1 },
      });
      await settle(again, { owner: 'other', attempt: answered });
      await opened.reopen();
      expect(await opened.store.attempts(first.id)).toStrictEqual([failed, answered]);
      expect(await opened.store.delivery(first.id)).toMatchObject({ attempts: 2, retries: 2 });
    });

    test('that another has, was cancelled or has ended are not changed by an attempt that comes late', async () => {
      await publish(1);
      const delivery = await one();
      await settle(delivery, { owner: 'b', outcome: 'succeeded' });
      expect(await opened.store.delivery(delivery.id)).toMatchObject({ status: 'sending' });
      const which = { ids: [delivery.id] };
      expect(await opened.store.cancelDeliveries(which, NOW + 150, 9)).toBe(1);
      await settle(delivery, { outcome: 'succeeded' });
      expect(await opened.store.delivery(delivery.id)).toMatchObject({
        status: 'cancelled',
        endedAt: NOW + 150,
      });
      expect(await opened.store.attempts(delivery.id)).toHaveLength(1);
    });

    test('end with their attempt', async () => {
      await publish(2);
      const [a, b] = (await claim(NOW + 9)).deliveries as [ClaimedDelivery, ClaimedDelivery];
      await settle(a, { outcome: 'succeeded' });
      await settle(b);
      const ended = { attempts: 1, endedAt: NOW + 107 };
      expect(await opened.store.delivery(a.id)).toMatchObject({ status: 'succeeded', ...ended });
      expect(await opened.store.delivery(b.id)).toMatchObject({ status: 'failed', ...ended });
      const list = (status: 'succeeded' | 'failed') =>
        opened.store.deliveries({ hookId: hook.id, status, countMax: 9 });
      expect([idsOf(await list('succeeded')), idsOf(await list('failed'))]).toEqual([
        [a.id],
        [b.id],
      ]);
      const before = { hookId: hook.id, before: b.id, countMax: 9 };
      expect(idsOf(await opened.store.deliveries(before))).toEqual([a.id]);
    });

    describe('tell of their hook', () => {
      async function fail(times: number, starts: AttemptSettlement['starts'] = []) {
        const told: string[] = [];
        let last: Awaited<ReturnType<typeof settle>> | undefined;
        for (let i = 0; i < times; i++) {
          await publish(1);
          last = await settle(await one(NOW * 2), { starts });
          told.push(...last.notices.map(({ to }) => to));
        }
        return { told, last };
      }

      test('warnings on the way, and that it is disabled: to the others and not to itself', async () => {
        hook = await create({ topics: ['**', 'hookwright.**'], failuresMax: 4 });
        const watcher = await create({ topics: ['hookwright.hook.*'] });
        const { told, last } = await fail(4, [NOTICE_TOPICS.disabled]);
        expect(told).toEqual([
          'hookwright.hook.failing',
          'hookwright.hook.failing',
          'hookwright.hook.disabled',
        ]);
        const health = { failures: 4, failingSince: NOW + 107, warned: 75 };
        const disabled = { at: NOW + 107, why: 'failures' };
        expect(last?.hook).toStrictEqual({ status: 'disabled', health, disabled });
        const stored = (await opened.store.hooks()).find(({ id }) => id === hook.id);
        expect(stored).toMatchObject({ status: 'disabled', health, disabled });
        const notice = last!.notices[0]!;
        expect(notice.depth).toBe(1);
        expect(JSON.parse(notice.data)).toMatchObject({
          hook: { id: hook.id, name: hook.name },
          failures: 4,
          reason: 'failures',
          status: 500,
        });
        const deliveries = await opened.store.deliveries({ messageId: notice.id, countMax: 9 });
        expect(deliveries.map(({ hookId }) => hookId)).toEqual([watcher.id]);
        const started = await opened.store.pendingEvents(NOW * 2, 99);
        expect(started.map(({ path }) => path)).toEqual(['hookwright.hook.disabled']);
        const message = someMessage();
        await opened.store.publish(message);
        const later = await opened.store.deliveries({ messageId: message.id, countMax: 9 });
        expect(later.map(({ hookId }) => hookId)).not.toContain(hook.id);
      });

      test('410 disables at once, and what ends later changes nothing', async () => {
        await publish(2);
        const [a, b] = (await claim(NOW + 9)).deliveries as [ClaimedDelivery, ClaimedDelivery];
        const gone = await settle(a, { outcome: 'gone', next: { status: 'pending', dueAt: NOW } });
        expect(gone.hook).toMatchObject({ status: 'disabled', disabled: { why: 'gone' } });
        const late = await settle(b, { outcome: 'succeeded' });
        expect(late.hook).toEqual(gone.hook);
        expect(late.notices).toEqual([]);
      });

      test('success makes it healthy, and is told after a warning', async () => {
        hook = await create({ topics: ['x.*'], failuresMax: 2 });
        await publish(2, { to: 'x.y' });
        const [a, b] = (await claim(NOW + 9)).deliveries as [ClaimedDelivery, ClaimedDelivery];
        expect((await settle(a)).hook?.health).toMatchObject({ failures: 1, warned: 50 });
        const { hook: after, notices } = await settle(b, { outcome: 'succeeded' });
        expect(after).toStrictEqual({ status: 'active', health: { failures: 0, warned: 0 } });
        expect(notices.map(({ to }) => to)).toEqual(['hookwright.hook.recovered']);
      });

      test('its first success after it was disabled and resumed is told too', async () => {
        hook = await create({ topics: ['x.*'], status: 'disabled', health: RESUMED });
        await opened.store.updateHook({ ...hook, status: 'active' }, true);
        await publish(1, { to: 'x.y' });
        const { hook: after, notices } = await settle(await one(), { outcome: 'succeeded' });
        expect(after).toStrictEqual({ status: 'active', health: HEALTHY });
        expect(notices.map(({ to }) => to)).toEqual(['hookwright.hook.recovered']);
      });

      test('a delivery that has failed for good is told where that is asked', async () => {
        await publish(1);
        const delivery = await one();
        const { notices } = await settle(delivery, { tellFailed: true });
        expect(notices.map(({ to }) => to)).toEqual(['hookwright.delivery.failed']);
        expect(JSON.parse(notices[0]!.data)).toMatchObject({
          delivery: delivery.id,
          message: delivery.messageId,
          attempts: 1,
        });
      });

      test('of a hook that was deleted, or is pruned, are kept as far as they can be', async () => {
        await publish(2);
        const [a, b] = (await claim(NOW + 9)).deliveries as [ClaimedDelivery, ClaimedDelivery];
        await opened.store.deleteHook(hook.id);
        expect(await settle(a)).toEqual({ notices: [] });
        expect(await opened.store.attempts(a.id)).toHaveLength(1);
        await opened.store.pruneMessages(NOW * 2, 0, 9);
        expect(await settle(b)).toEqual({ notices: [] });
        expect(await opened.store.attempts(a.id)).toEqual([]);
        expect(await opened.store.attempts(b.id)).toEqual([]);
      });
    });

    describe('by hand', () => {
      test('are resent by id where they have ended, and failed ones of a hook since a time', async () => {
        await publish(4);
        const { deliveries } = await claim(NOW + 9);
        const [a, b, c, d] = deliveries as ClaimedDelivery[];
        await settle(a!, { outcome: 'succeeded' });
        await settle(b!, { attempt: { ...attemptOf(b!), startedAt: NOW + 100 } });
        await settle(c!, { attempt: { ...attemptOf(c!), startedAt: NOW + 200 } });
        const ids = idsOf(deliveries);
        expect(await opened.store.resendDeliveries({ ids: [a!.id, d!.id] }, NOW + 500, 9)).toBe(1);
        expect(await opened.store.delivery(a!.id)).toStrictEqual({
          id: a!.id,
          messageId: a!.messageId,
          hookId: hook.id,
          status: 'pending',
          attempts: 1,
          retries: 0,
          createdAt: NOW,
          dueAt: NOW + 500,
        });
        const since = { hookId: hook.id, since: NOW + 200 };
        const ping = someMessage({ kind: 'ping', to: hook.id, createdAt: NOW + 3 });
        await opened.store.publish(ping);
        await settle(await one());
        expect(await opened.store.resendDeliveries(since, NOW + 600, 9)).toBe(1);
        expect(idsOf((await claim(NOW + 600)).deliveries)).toEqual([ids[0], ids[2]]);
        const all = { hookId: hook.id, since: 0 };
        expect(await opened.store.resendDeliveries(all, NOW + 600, 9)).toBe(1);
      });

      test('are sent at once where they wait for a later time, of one hook or by their id', async () => {
        await publish(3);
        const [a, b, c] = (await claim(NOW + 9)).deliveries as ClaimedDelivery[];
        const later = { next: { status: 'pending', dueAt: NOW + 9_000 } } as const;
        for (const one of [a!, b!]) await settle(one, later);
        expect(await opened.store.resendDeliveries({ ids: [b!.id, c!.id] }, NOW + 300, 9)).toBe(1);
        await opened.store.resendDeliveries({ waitingOf: hook.id }, NOW + 400, 9);
        const { deliveries } = await claim(NOW + 400);
        expect(deliveries).toMatchObject([b, a].map((one) => ({ id: one!.id, retries: 0 })));
      });

      test('are made for what a hook has missed, once, message by message', async () => {
        await publish(3);
        await publish(1, { to: 'other.thing', createdAt: NOW + 1 });
        await publish(1, { kind: 'hook', to: hook.id });
        const late = someHook({ topics: ['order.*', 'hookwright.**'] });
        const about = JSON.stringify({ hook: { id: late.id } });
        await publish(1, { to: 'hookwright.hook.disabled', data: about });
        await opened.store.createHook(late);
        const first = await opened.store.deliverMissed(late.id, NOW + 1, '', NOW + 50, 2);
        expect(first.made).toBeLessThanOrEqual(2);
        const rest = await opened.store.deliverMissed(late.id, NOW + 1, first.last!, NOW + 50, 99);
        expect(first.made + rest.made).toBe(2);
        expect(rest.last).toBeUndefined();
        const again = await opened.store.deliverMissed(late.id, 0, '', NOW + 50, 99);
        expect(again).toEqual({ made: 1 });
        expect((await claim(NOW + 50, 9, { ...late, number: 0 })).deliveries).toHaveLength(3);
        await expect(opened.store.deliverMissed('hk_none', 0, '', NOW, 1)).rejects.toMatchObject({
          code: 'hook.not_found',
        });
      });

      test('are cancelled where they are open, no more than asked at once', async () => {
        await publish(5);
        await settle(await one(), { outcome: 'succeeded' });
        await one();
        const which = { hookId: hook.id };
        expect(await opened.store.cancelDeliveries(which, NOW + 200, 3)).toBe(3);
        expect(await opened.store.cancelDeliveries(which, NOW + 200, 3)).toBe(1);
        expect(await opened.store.cancelDeliveries(which, NOW + 200, 3)).toBe(0);
        expect(await claim(NOW * 2)).toEqual({ deliveries: [], due: [] });
        expect(
          await opened.store.deliveries({ hookId: hook.id, status: 'cancelled', countMax: 9 }),
        ).toHaveLength(4);
      });
    });
  });
}
