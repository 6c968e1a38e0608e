import { describe, expect, test } from 'vitest';
import type { WebhookSettings } from '../../src/core/webhook.ts';
import { someAutomation, someEvent, someWebhook } from './records.ts';
import type { OpenedStore } from './store.ts';

/** What every adapter does with webhooks and automations. */
export function registryContract(opened: OpenedStore): void {
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
      await opened.store.createWebhook(bound);
      for (const webhook of others) await opened.store.createWebhook(webhook);
      await opened.reopen();
      expect(await opened.store.webhooks()).toStrictEqual([others[1], bound, others[0]]);
    });

    test('are replaced as a whole', async () => {
      await opened.store.createWebhook(bound);
      const changed = { ...someWebhook({ id: bound.id }), token: 'f'.repeat(40), updatedAt: 9 };
      await opened.store.updateWebhook(changed);
      expect(await opened.store.webhooks()).toStrictEqual([changed]);
    });

    test('have names of their own', async () => {
      const other = someWebhook({ name: 'other' });
      await opened.store.createWebhook(bound);
      await opened.store.createWebhook(other);
      const taken = {
        code: 'webhook.name_taken',
        message: `Expected a name that no webhook has, got "b", the name of ${bound.id}.`,
        next: 'Choose another name, or change that webhook.',
      };
      await expect(opened.store.createWebhook(someWebhook({ name: 'b' }))).rejects.toMatchObject(
        taken,
      );
      await expect(opened.store.updateWebhook({ ...other, name: 'b' })).rejects.toMatchObject(
        taken,
      );
      await opened.store.updateWebhook({ ...bound, description: 'same name, same webhook' });
      expect(await opened.store.webhooks()).toHaveLength(2);
    });

    test('keep all their settings', async () => {
      const settings: WebhookSettings = {
        methods: ['POST'],
        contentTypes: ['application/*+json'],
        paths: false,
        limits: {
          rate: { requests: 100, perMs: 60_000, burst: 20 },
          perClient: 'none',
          concurrent: 3,
        },
        map: { id: { from: 'json["é\0"]', default: { a: [null] } } },
        forward: 'order.paid',
        account: 'shop_1',
      };
      const webhook = someWebhook({ settings });
      await opened.store.createWebhook(webhook);
      await opened.reopen();
      expect(await opened.store.webhooks()).toStrictEqual([webhook]);
      await opened.store.updateWebhook({ ...webhook, settings: {} });
      expect(await opened.store.webhooks()).toStrictEqual([{ ...webhook, settings: {} }]);
    });

    test('have accounts of their own', async () => {
      const one = someWebhook({ name: 'one', settings: { account: 'shop' } });
      const two = someWebhook({ name: 'two', settings: { account: 'other' } });
      const none = someWebhook();
      for (const webhook of [one, two, none, someWebhook()]) {
        await opened.store.createWebhook(webhook);
      }
      const taken = {
        code: 'webhook.account_taken',
        message:
          'Expected an account that no webhook of its kind has, got "shop", the account of "one".',
        next: 'Choose another account, or change that webhook.',
      };
      const settings = { account: 'shop' };
      for (const webhook of [two, none]) {
        await expect(opened.store.updateWebhook({ ...webhook, settings })).rejects.toMatchObject(
          taken,
        );
      }
      await expect(opened.store.createWebhook(someWebhook({ settings }))).rejects.toMatchObject(
        taken,
      );
      await opened.store.updateWebhook({ ...one, description: 'same account, same webhook' });
      expect(await opened.store.webhooks()).toHaveLength(4);
    });

    test('must exist to be changed or deleted', async () => {
      const missing = {
        code: 'webhook.not_found',
        message: 'Expected the id of a webhook, got "wh_none", which there is none of.',
      };
      await expect(opened.store.deleteWebhook('wh_none')).rejects.toMatchObject(missing);
      const none = someWebhook({ id: 'wh_none' });
      await expect(opened.store.updateWebhook(none)).rejects.toMatchObject(missing);
      expect(await opened.store.webhooks()).toEqual([]);
    });

    test('leave their events behind, and nothing that a later one of the same id would get', async () => {
      const event = someEvent({ webhookId: bound.id });
      await opened.store.createWebhook(bound);
      await opened.store.capture(event, 'captured');
      await opened.store.deleteWebhook(bound.id);
      expect(await opened.store.webhooks()).toEqual([]);
      expect(await opened.store.events({ webhookId: bound.id, countMax: 9 })).toHaveLength(1);
      await opened.store.createWebhook({ ...bound, bindings: [] });
      expect((await opened.store.webhooks())[0]?.bindings).toEqual([]);
    });
  });

  describe('automations', () => {
    test('are listed by name with their current revision', async () => {
      const first = someAutomation('b', 'automation: b # 1');
      const second = { ...someAutomation('b', 'automation: b # 2'), file: 'moved/b.yaml' };
      const other = someAutomation('a', 'automation: a\0é');
      for (const record of [first, other, second]) await opened.store.saveAutomation(record);
      await opened.reopen();
      expect(await opened.store.automations()).toEqual([other, second]);
      expect(await opened.store.revision(first.revision.id)).toEqual(first.revision);
    });

    test('go back to a revision as it was first stored', async () => {
      const first = someAutomation('b', 'automation: b # 1');
      await opened.store.saveAutomation(first);
      await opened.store.saveAutomation(someAutomation('b', 'automation: b # 2'));
      await opened.store.saveAutomation({
        ...first,
        revision: { ...first.revision, createdAt: 1 },
      });
      expect(await opened.store.automations()).toEqual([first]);
    });

    test('are forgotten by name, their revisions are not', async () => {
      const record = someAutomation('b', 'automation: b');
      await opened.store.saveAutomation(record);
      await opened.store.removeAutomation('b', 'folder');
      await opened.store.removeAutomation('none', 'folder');
      expect(await opened.store.automations()).toEqual([]);
      expect(await opened.store.revision(record.revision.id)).toEqual(record.revision);
      expect(await opened.store.revision('none')).toBeUndefined();
    });
  });
}
