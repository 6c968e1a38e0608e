import { describe, expect, test } from 'vitest';
import type { ImportedPackage, PackageSource } from '../../src/core/imported-package.ts';
import type { SealedSecret } from '../../src/core/secret.ts';
import type { PackageChange } from '../../src/engine/ports/package-store.ts';
import { NOW, someAutomation, someHook, someMessage, someWebhook } from './records.ts';
import type { OpenedStore } from './store.ts';

const SECRET: SealedSecret = {
  name: 'KEY',
  hosts: ['api.example.com'],
  sealed: new Uint8Array([1, 255]),
  createdAt: NOW,
  updatedAt: NOW,
};

function somePackage(
  over: Partial<ImportedPackage & PackageSource> = {},
): ImportedPackage & PackageSource {
  return {
    name: 'shop',
    version: '1.0.0',
    description: 'Zürich\0',
    values: { team: 'sales', count: 3, yes: false },
    digest: 'd'.repeat(64),
    importedAt: NOW,
    records: [
      { kind: 'automation', uid: 'b', target: 'shop.b', name: 'shop.b', mark: '1' },
      { kind: 'test', uid: 'a', target: 'a', name: 'a', mark: '2' },
    ],
    document: '{"package":"shop"}',
    ...over,
  };
}

const NOTHING = { automations: [], webhooks: [], hooks: [], secrets: [] };

/** What every adapter does with packages. */
export function packageContract(opened: OpenedStore): void {
  const apply = (change: Partial<PackageChange>) =>
    opened.store.applyPackage({ name: 'shop', ...NOTHING, ...change });

  describe('packages', () => {
    const automation = {
      ...someAutomation('shop.b', 'automation: shop.b'),
      owner: 'hand' as const,
    };
    const webhook = someWebhook({ name: 'Shop', bindings: [{ automation: 'shop.b' }] });
    const hook = someHook({ name: 'warehouse' });

    async function everything(): Promise<unknown> {
      const { store } = opened;
      return Promise.all([
        store.packages(),
        store.packageSource('shop'),
        store.automations(),
        store.webhooks(),
        store.hooks(),
        store.secrets(),
        store.messages({ countMax: 9 }),
      ]);
    }

    test('are listed by name as they were applied, absent fields absent', async () => {
      const signed = somePackage({ name: 'a', signedBy: 'key', records: [] });
      const original = { file: 'original.json', text: 'é\0' };
      await apply({ after: somePackage({ original }) });
      await apply({ name: 'a', after: signed });
      await opened.reopen();
      const { document, original: _, ...shop } = somePackage();
      const { document: _d, ...a } = signed;
      expect(await opened.store.packages()).toStrictEqual([a, shop]);
      expect(await opened.store.packageSource('shop')).toStrictEqual({ document, original });
      expect(await opened.store.packageSource('a')).toStrictEqual({ document });
      expect(await opened.store.packageSource('none')).toBeUndefined();
    });

    test('lose the records that another has taken over, which stay where they are', async () => {
      const records = somePackage().records;
      await apply({ after: somePackage(), automations: [{ after: automation }] });
      await apply({
        name: 'b',
        after: somePackage({ name: 'b', records }),
        takenOver: [{ package: 'shop', kind: 'automation', target: 'shop.b' }],
      });
      await opened.reopen();
      const found = await opened.store.packages();
      expect(found.map((one) => one.records)).toEqual([records, records.slice(1)]);
      expect(await opened.store.automations()).toHaveLength(1);
    });

    test('change all that they bring at once, and take it away at once', async () => {
      const before = await everything();
      const ping = someMessage({ kind: 'ping', to: hook.id, data: '{}' });
      const [stored] = await apply({
        after: somePackage(),
        automations: [{ after: automation }],
        webhooks: [{ after: webhook }],
        hooks: [{ after: hook, ping }],
        secrets: [{ after: SECRET }],
      });
      expect(stored).toStrictEqual({ ...hook, number: 1 });
      await opened.reopen();
      expect(await opened.store.automations()).toStrictEqual([automation]);
      expect(await opened.store.webhooks()).toStrictEqual([webhook]);
      expect(await opened.store.hooks()).toStrictEqual([stored]);
      expect(await opened.store.secrets()).toEqual([SECRET]);
      const deliveries = await opened.store.deliveries({ messageId: ping.id, countMax: 9 });
      expect(deliveries.map(({ hookId }) => hookId)).toEqual([hook.id]);
      await apply({
        before: NOW,
        automations: [{ before: automation }],
        webhooks: [{ before: webhook }],
        hooks: [{ before: hook }],
        secrets: [{ before: SECRET }],
      });
      const after = (await everything()) as unknown[];
      expect(after.slice(0, -1)).toEqual((before as unknown[]).slice(0, -1));
    });

    test('give a hook that is made in place of another its name, and no number twice', async () => {
      await apply({ after: somePackage(), hooks: [{ after: hook }] });
      const other = someHook({ name: 'warehouse' });
      const [stored] = await apply({
        before: NOW,
        after: somePackage(),
        hooks: [{ after: other }, { before: hook }],
      });
      expect(stored).toStrictEqual({ ...other, number: 2 });
      const changed = { ...other, url: 'https://example.com/2', updatedAt: NOW + 1 };
      const change = { before: other, after: changed };
      const [same] = await apply({ before: NOW, after: somePackage(), hooks: [change] });
      expect(same).toStrictEqual({ ...changed, number: 2 });
    });

    test('let webhooks and hooks give each other their names and accounts', async () => {
      const webhooks = ['a', 'b', 'c'].map((name) =>
        someWebhook({ name, settings: { account: name } }),
      );
      const hooks = ['a', 'b', 'c'].map((name) => someHook({ name }));
      await apply({
        after: somePackage(),
        webhooks: webhooks.map((after) => ({ after })),
        hooks: hooks.map((after) => ({ after })),
      });
      const next = ['b', 'c', 'a'];
      const moved = webhooks.map((before, index) => {
        const name = next[index] ?? '';
        return { before, after: { ...before, name, settings: { account: name } } };
      });
      const renamed = hooks.map((before, index) => {
        return { before, after: { ...before, name: next[index] ?? '' } };
      });
      const change = { before: NOW, after: somePackage(), webhooks: moved, hooks: renamed };
      await apply(change);
      await opened.reopen();
      const ids = async () => {
        const { store } = opened;
        const all = [...(await store.webhooks()), ...(await store.hooks())];
        return all.map(({ id, name }) => [name, id]);
      };
      const expected = [webhooks, hooks].flatMap(([a, b, c]) => [
        ['a', c?.id],
        ['b', a?.id],
        ['c', b?.id],
      ]);
      expect(await ids()).toEqual(expected);
      const accounts = (await opened.store.webhooks()).map(({ settings }) => settings.account);
      expect(accounts).toEqual(['a', 'b', 'c']);
      // What is laid down is taken up again, or nothing has happened.
      const late = renamed.map(({ before, after }) => {
        return { before: { ...before, name: 'was', updatedAt: NOW - 1 }, after };
      });
      const refused = apply({ ...change, webhooks: [], hooks: late });
      await expect(refused).rejects.toMatchObject({ code: 'package.changed' });
      expect(await ids()).toEqual(expected);
    });

    test('change nothing where one thing is not as it was planned on', async () => {
      await apply({
        after: somePackage(),
        automations: [{ after: automation }],
        webhooks: [{ after: webhook }],
        hooks: [{ after: hook }],
        secrets: [{ after: SECRET }],
      });
      const before = await everything();
      const newer = { updatedAt: NOW + 1 };
      const folder = someAutomation('shop.b', 'automation: shop.b');
      const wrong: Partial<PackageChange>[] = [
        { before: NOW - 1 },
        {},
        { automations: [{ before: { ...automation, owner: 'package:x' } }] },
        { automations: [{ before: someAutomation('shop.b', 'other'), after: automation }] },
        { automations: [{ after: automation }] },
        { automations: [{ before: automation, after: folder }] },
        { webhooks: [{ before: { ...webhook, ...newer } }] },
        { webhooks: [{ before: { ...webhook, token: 'f'.repeat(40) }, after: webhook }] },
        { webhooks: [{ after: someWebhook({ name: 'Shop' }) }] },
        { webhooks: [{ before: someWebhook() }] },
        { hooks: [{ before: { ...hook, ...newer }, after: hook }] },
        { hooks: [{ after: someHook({ name: 'warehouse' }) }] },
        { secrets: [{ after: SECRET }] },
        { secrets: [{ before: { ...SECRET, ...newer } }] },
      ];
      for (const change of wrong) {
        const code = /^package\.changed$|name_taken$|^automation\.owned$/;
        const isOfPackage = Object.keys(change).length === 0 || 'before' in change;
        await expect(
          apply({
            ...(isOfPackage ? {} : { before: NOW }),
            after: somePackage({ version: '2.0.0' }),
            ...change,
            automations: [
              { after: someAutomation('new', 'automation: new') },
              ...(change.automations ?? []),
            ],
          }),
        ).rejects.toMatchObject({ code: expect.stringMatching(code) });
        expect(await everything()).toEqual(before);
      }
    });
  });

  describe('an automation', () => {
    test('of the folder stays the folder’s, and what is not, is no folder’s', async () => {
      const folder = someAutomation('a', 'automation: a # folder');
      const own = { ...someAutomation('b', 'automation: b'), owner: 'package:shop' as const };
      await opened.store.saveAutomation(folder);
      await opened.store.saveAutomation(own);
      const owned = { code: 'automation.owned' };
      await expect(opened.store.saveAutomation({ ...folder, owner: 'hand' })).rejects.toMatchObject(
        owned,
      );
      await expect(opened.store.saveAutomation({ ...own, owner: 'folder' })).rejects.toMatchObject(
        owned,
      );
      await opened.store.removeAutomation('a', 'hand');
      await opened.store.removeAutomation('b', 'folder');
      expect(await opened.store.automations()).toStrictEqual([folder, own]);
      await opened.store.saveAutomation({ ...own, owner: 'hand' });
      await opened.store.removeAutomation('b', 'hand');
      expect(await opened.store.automations()).toStrictEqual([folder]);
    });
  });
}
