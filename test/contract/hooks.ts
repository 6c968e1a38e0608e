import { describe, expect, test } from 'vitest';
import type { HookRecord } from '../../src/core/hook.ts';
import type { NewMessage } from '../../src/core/message.ts';
import { NOW, someHook, someMessage } from './records.ts';
import type { OpenedStore } from './store.ts';

/** What every adapter does with hooks, and with the messages that go to them. */
export function hookContract(opened: OpenedStore): void {
  async function create(over: Partial<HookRecord> = {}): Promise<HookRecord> {
    const hook = someHook(over);
    return { ...hook, number: await opened.store.createHook(hook) };
  }
  const hooksOf = async (messageId: string): Promise<string[]> => {
    const deliveries = await opened.store.deliveries({ messageId, countMax: 100 });
    return deliveries.map(({ hookId }) => hookId).sort();
  };
  const ids = (...hooks: readonly HookRecord[]): string[] => hooks.map(({ id }) => id).sort();

  describe('hooks', () => {
    test('are listed by name, as they were stored, numbered in the order of making', async () => {
      const b = await create({
        name: 'b',
        topics: ['a.*', '**'],
        rate: { count: 5, perMs: 1000 },
        alerts: ['ops@example.com'],
        ordered: true,
        sealed: new Uint8Array([0, 255, 7]),
        health: { failures: 3, failingSince: NOW - 5, warned: 50 },
      });
      const a = await create({
        name: 'a',
        status: 'disabled',
        disabled: { at: NOW, why: 'gone' },
      });
      await opened.reopen();
      expect(await opened.store.hooks()).toStrictEqual([a, b]);
      expect([b.number, a.number]).toEqual([1, 2]);
    });

    test('keep their number to themselves: none is given again', async () => {
      await create();
      const last = await create();
      await opened.store.deleteHook(last.id);
      expect((await create()).number).toBe(3);
    });

    test('have names of their own, and must exist to be changed or deleted', async () => {
      const one = await create({ name: 'one' });
      const two = await create({ name: 'two' });
      const taken = {
        code: 'hook.name_taken',
        message: `Expected a name that no hook has, got "one", the name of ${one.id}.`,
      };
      await expect(create({ name: 'one' })).rejects.toMatchObject(taken);
      const renamed = opened.store.updateHook({ ...two, name: 'one' }, false);
      await expect(renamed).rejects.toMatchObject(taken);
      const none = { ...two, id: 'hk_none', name: 'none' };
      const missing = {
        code: 'hook.not_found',
        message: 'Expected the name or id of a hook, got "hk_none", which there is none of.',
      };
      await expect(opened.store.updateHook(none, true)).rejects.toMatchObject(missing);
      await expect(opened.store.deleteHook('hk_none')).rejects.toMatchObject(missing);
      expect(await opened.store.hooks()).toStrictEqual([one, two]);
    });

    test('are replaced without their health, or with it where it is reset', async () => {
      const hook = await create({
        status: 'disabled',
        health: { failures: 9, failingSince: NOW, warned: 90 },
        disabled: { at: NOW, why: 'failures' },
      });
      const changed = {
        ...hook,
        url: 'https://example.com/other',
        health: { failures: 0, warned: 0 },
      };
      const kept = { ...changed, health: hook.health };
      expect(await opened.store.updateHook(changed, false)).toStrictEqual(kept);
      const { disabled: _, ...healthy } = { ...changed, status: 'active' as const };
      expect(await opened.store.updateHook(healthy, true)).toStrictEqual(healthy);
      expect(await opened.store.hooks()).toStrictEqual([healthy]);
    });

    test('are stored with their ping, and not without it', async () => {
      const hook = someHook({ name: 'shop' });
      const ping = someMessage({ kind: 'ping', to: hook.id, data: '{}' });
      await opened.store.createHook(hook, ping);
      expect(await hooksOf(ping.id)).toEqual([hook.id]);
      const other = someHook({ name: 'other' });
      await expect(opened.store.createHook(other, ping)).rejects.toMatchObject({
        code: 'store.failed',
      });
      expect(await opened.store.hooks()).toHaveLength(1);
      const late = someMessage({ to: 'order.late' });
      await opened.store.publish(late);
      expect(await hooksOf(late.id)).toEqual([hook.id]);
    });
  });

  describe('a message', () => {
    test('has a delivery for each active and paused hook whose topics fit', async () => {
      const exact = await create({ topics: ['a.b', 'order.paid'] });
      const star = await create({ topics: ['order.*'], status: 'paused' });
      const all = await create({ topics: ['**'] });
      await create({ topics: ['order.*'], status: 'disabled' });
      await create({ topics: ['order', 'order.*.*', 'orders.*'] });
      await create({ topics: [] });
      const message = someMessage();
      expect(await opened.store.publish(message)).toEqual({ id: message.id, duplicate: false });
      await opened.reopen();
      expect(await hooksOf(message.id)).toEqual(ids(exact, star, all));
      expect(await opened.store.message(message.id)).toStrictEqual(message);
      const deliveries = await opened.store.deliveries({ hookId: all.id, countMax: 9 });
      expect(deliveries).toStrictEqual([
        {
          id: expect.stringMatching(/^dlv_[0-9A-HJKMNP-TV-Z]{26}$/),
          messageId: message.id,
          hookId: all.id,
          status: 'pending',
          attempts: 0,
          retries: 0,
          createdAt: NOW,
          dueAt: NOW,
        },
      ]);
      expect(await opened.store.delivery(deliveries[0]!.id)).toStrictEqual(deliveries[0]);
    });

    test('of Hookwright’s own goes only where it is named', async () => {
      await create({ topics: ['**', '*.hook.disabled'] });
      const named = await create({ topics: ['hookwright.**'] });
      const message = someMessage({ to: 'hookwright.hook.disabled' });
      await opened.store.publish(message);
      expect(await hooksOf(message.id)).toEqual([named.id]);
    });

    test('for one hook goes to that one, by name or id, whatever its topics', async () => {
      const hook = await create({ name: 'warehouse', topics: [] });
      await create({ topics: ['**'] });
      for (const to of [hook.id, 'warehouse']) {
        const message = someMessage({ kind: 'hook', to });
        await opened.store.publish(message);
        expect(await hooksOf(message.id)).toEqual([hook.id]);
      }
      await expect(
        opened.store.publish(someMessage({ kind: 'hook', to: 'nobody' })),
      ).rejects.toMatchObject({ code: 'hook.not_found' });
    });

    test('for a disabled hook is refused, unless it is a ping', async () => {
      const off = await create({ name: 'off', status: 'disabled' });
      const ping = someMessage({ kind: 'ping', to: off.id });
      await opened.store.publish(ping);
      expect(await hooksOf(ping.id)).toEqual([off.id]);
      await expect(
        opened.store.publish(someMessage({ kind: 'hook', to: 'off' })),
      ).rejects.toMatchObject({
        code: 'hook.invalid',
        message: 'Expected the hook "off" to be active or paused, got one that is disabled.',
      });
    });

    test('follows what hooks are by then: made, changed, deleted', async () => {
      const first = someMessage();
      await opened.store.publish(first);
      const hook = await create();
      const second = someMessage();
      await opened.store.publish(second);
      await opened.store.updateHook({ ...hook, topics: ['other.*'] }, false);
      const third = someMessage();
      await opened.store.publish(third);
      await opened.store.updateHook(hook, false);
      await opened.store.deleteHook(hook.id);
      const fourth = someMessage();
      await opened.store.publish(fourth);
      const all = [first, second, third, fourth];
      expect(await Promise.all(all.map(({ id }) => hooksOf(id)))).toEqual([[], [hook.id], [], []]);
    });

    test('of a key that is known is not stored again, and must be the same', async () => {
      const hook = await create();
      const message = someMessage();
      await opened.store.publish(message, 'key 1');
      const again = { ...someMessage(), data: message.data };
      expect(await opened.store.publish(again, 'key 1')).toEqual({
        id: message.id,
        duplicate: true,
      });
      await expect(
        opened.store.publish(someMessage({ data: '{"id":8}' }), 'key 1'),
      ).rejects.toMatchObject({
        code: 'message.key_reused',
        message: `Expected the same message under an Idempotency-Key that was used, got another one than ${message.id}.`,
      });
      await opened.store.publish(again, 'key 2');
      expect(await opened.store.deliveries({ hookId: hook.id, countMax: 9 })).toHaveLength(2);
    });

    test('is listed newest first, by topic and in pages', async () => {
      const topics = ['a', 'b', 'a', 'a'];
      const made = topics.map((to, i) => someMessage({ to, createdAt: NOW + i, data: '"é"' }));
      for (const message of made) await opened.store.publish(message);
      const list = (await opened.store.messages({ topic: 'a', countMax: 2 })).map(({ id }) => id);
      expect(list).toEqual([made[3]!.id, made[2]!.id]);
      const next = { topic: 'a', before: list[1]!, countMax: 2 };
      const { data: _, ...rest } = made[0]!;
      expect(await opened.store.messages(next)).toStrictEqual([{ ...rest, size: 4 }]);
      expect(await opened.store.messages({ countMax: 9 })).toHaveLength(4);
    });

    test('is pruned with all that belongs to it, by age and by size, open ones by age alone', async () => {
      const hook = await create();
      const old = someMessage({ createdAt: NOW - 1000 });
      const open = someMessage({ createdAt: NOW });
      const done = someMessage({ to: 'nobody', createdAt: NOW + 1 });
      for (const message of [old, open, done]) await opened.store.publish(message);
      expect(await opened.store.pruneMessages(NOW, 1e9, 100)).toBe(1);
      expect(await opened.store.message(old.id)).toBeUndefined();
      expect(await opened.store.deliveries({ hookId: hook.id, countMax: 9 })).toHaveLength(1);
      expect(await opened.store.pruneMessages(NOW, 9, 100)).toBe(1);
      expect(await opened.store.message(open.id)).toStrictEqual(open);
      expect(await opened.store.pruneMessages(NOW, 0, 100)).toBe(0);
      expect(await opened.store.pruneMessages(NOW + 1, 0, 100)).toBe(1);
      expect(await opened.store.messages({ countMax: 9 })).toEqual([]);
      expect(await opened.store.deliveries({ hookId: hook.id, countMax: 9 })).toEqual([]);
    });

    test('is pruned by size however many open ones are before it, and however large it is', async () => {
      await create();
      const publish = (count: number, change: Partial<NewMessage>) =>
        Promise.all(
          Array.from({ length: count }, (_, i) =>
            opened.store.publish(someMessage({ createdAt: NOW + i, ...change })),
          ),
        );
      await publish(300, {});
      const large = { to: 'nobody', data: JSON.stringify('x'.repeat(1024 * 1024)) };
      await publish(20, { ...large, createdAt: NOW + 1000 });
      expect(await opened.store.pruneMessages(NOW, 0, 15)).toBe(15);
      expect(await opened.store.pruneMessages(NOW, 0, 100)).toBe(5);
      expect(await opened.store.messages({ countMax: 1000 })).toHaveLength(300);
    });
  });
}
