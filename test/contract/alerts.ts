import { describe, expect, test } from 'vitest';
import type { AttemptSettlement } from '../../src/engine/ports/hook-store.ts';
import { NOW, someHook, someMessage } from './records.ts';
import type { OpenedStore } from './store.ts';

/** What every adapter does so that a mail is sent at least once. */
export function alertContract(opened: OpenedStore): void {
  describe('mails about hooks', () => {
    /** Fails once, as a hook whose first failure disables it. Returns the notices. */
    async function fail(over: Partial<AttemptSettlement>, alerts = ['ops@example.com']) {
      const hook = someHook({ topics: ['a.*'], failuresMax: 1, alerts });
      await opened.store.createHook(hook);
      await opened.store.publish(someMessage({ to: 'a.b' }));
      const wants = [{ hookId: hook.id, countMax: 1, ordered: false }];
      const { deliveries } = await opened.store.claimDeliveries('a', NOW, 1000, wants);
      const settled = await opened.store.settleAttempt({
        owner: 'a',
        attempt: {
          deliveryId: deliveries[0]!.id,
          number: 1,
          startedAt: NOW,
          ms: 7,
          request: { method: 'POST', url: hook.url, headers: [] },
          error: { code: 'egress.connect', message: 'Expected a connection, got none.' },
        },
        next: { status: 'failed' },
        outcome: 'failed',
        tellFailed: true,
        mails: true,
        starts: [],
        ...over,
      });
      await opened.store.deleteHook(hook.id); // So that the next message is the next one's.
      return { hook, notices: settled.notices };
    }

    test('are kept with the attempt that gave rise to them, one for what befalls the hook', async () => {
      expect(await opened.store.nextAlert()).toBeUndefined();
      const { hook, notices } = await fail({});
      await opened.reopen();
      expect(await opened.store.nextAlert()).toBe(NOW + 7);
      expect(await opened.store.takeAlerts(NOW + 6, [100], 9)).toEqual([]);
      const [disabled] = notices;
      expect(disabled).toMatchObject({ to: 'hookwright.hook.disabled' });
      expect(await opened.store.takeAlerts(NOW + 7, [100], 9)).toEqual([
        { notice: disabled, hookId: hook.id, tries: 1 },
      ]);
    });

    test('are kept only where somebody is to be told, and there is a mail server', async () => {
      await fail({ mails: false });
      await fail({}, []);
      await fail({ outcome: 'succeeded' });
      expect(await opened.store.nextAlert()).toBeUndefined();
    });

    test('come again after a wait that follows their tries, until they are ended', async () => {
      const { notices } = await fail({});
      const tries: number[] = [];
      for (let now = NOW + 7; tries.length < 4; now = (await opened.store.nextAlert())!) {
        expect(await opened.store.takeAlerts(now - 1, [10, 20], 9)).toEqual([]);
        const [alert] = await opened.store.takeAlerts(now, [10, 20], 9);
        tries.push(alert!.tries, (await opened.store.nextAlert())! - now);
      }
      expect(tries).toEqual([1, 10, 2, 20]);
      await opened.store.endAlert(notices[0]!.id);
      expect(await opened.store.nextAlert()).toBeUndefined();
      await opened.store.endAlert('msg_none');
    });

    test('go with their message when that is pruned', async () => {
      await fail({});
      await opened.store.pruneMessages(NOW + 1000, 1e9, 100);
      expect(await opened.store.nextAlert()).toBeUndefined();
    });
  });
}
