import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RESUMED } from '../../../src/core/hook-health.ts';
import { idMaker } from '../../../src/core/ids.ts';
import { Vault } from '../../../src/core/vault.ts';
import { Hooks } from '../../../src/engine/hooks/hooks.ts';
import type { Store } from '../../../src/engine/ports.ts';
import { Profiles } from '../../../src/hook/profiles.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { NOW } from '../../contract/records.ts';
import { profiles } from '../../hook/parts.ts';
import { someFolder } from '../../store/folder.ts';

const KEY = randomBytes(32);

async function openStore(dataDir: string): Promise<Store> {
  const store = await openSqliteStore({ dataDir });
  onTestFinished(() => store.close());
  return store;
}

function open(
  store: Store,
  change: { key?: Uint8Array; profiles?: Profiles } = {},
): Promise<Hooks> {
  return Hooks.open({
    store,
    vault: new Vault(change.key ?? KEY),
    profiles: change.profiles ?? profiles,
    clock: () => NOW,
    makeId: idMaker(),
    random: randomBytes,
  });
}

test('neither secrets nor headers stand in the database, and both are there after a restart', async () => {
  const dataDir = someFolder();
  const store = await openStore(dataDir);
  const hooks = await open(store);
  const headers = [['authorization', 'Bearer of-the-receiver']] as const;
  const made = await hooks.create({ url: 'https://example.com/in', headers });
  const rotated = await hooks.rotate(made.name);
  expect(rotated.previous).toEqual({ secret: made.secret, until: NOW + 86_400_000 });
  expect((await open(store)).list()).toStrictEqual([rotated]);
  const files = ['hookwright.db', 'hookwright.db-wal'].map((name) =>
    readFileSync(join(dataDir, name)),
  );
  for (const secret of [made.secret, rotated.secret, 'of-the-receiver']) {
    for (const bytes of files) expect(bytes.includes(secret)).toBe(false);
  }
});

test('a hook under another key, or of a profile that is gone, is held and not lost', async () => {
  const store = await openStore(someFolder());
  const text = 'profile: mine\nformats: { json: { type: application/json, body: "{data}" } }';
  const mine = new Profiles([{ file: 'mine.yaml', text }]);
  const first = await open(store, { profiles: mine });
  const { id } = await first.create({
    url: 'https://example.com',
    profile: 'mine',
    topics: ['a.*'],
  });
  expect(first.isSending(id)).toBe(true);
  const without = await open(store);
  expect(without.holdReason(id)).toBe('there is no profile mine');
  const other = new Profiles([{ file: 'mine.yaml', text: text.replace('json:', 'other:') }]);
  expect((await open(store, { profiles: other })).holdReason(id)).toBe(
    'the profile mine has no format json',
  );
  const locked = await open(store, { profiles: mine, key: randomBytes(32) });
  expect(locked.holdReason(id)).toBe('its secret was stored under another key');
  expect([without.isSending(id), locked.isSending(id)]).toEqual([false, false]);
  expect([first.unreadable(), locked.unreadable()]).toEqual([[], [locked.get(id).name]]);
  // What would keep the hook and lose its secret without a word is refused.
  for (const change of [locked.resume(id), locked.pause(id), locked.change(id, { failuresMax: 1 })])
    await expect(change).rejects.toThrow(
      'because the one that it has was stored under another key',
    );
  await locked.change(id, { secret: 'new one' });
  expect(locked.isSending(id)).toBe(true);
});

test('a rotation makes a hook readable that was stored under another key, and the lost secret signs no more', async () => {
  const store = await openStore(someFolder());
  const { id } = await (await open(store)).create({ url: 'https://example.com' });
  const locked = await open(store, { key: randomBytes(32) });
  expect(await locked.rotate(id)).not.toHaveProperty('previous');
  expect(locked.unreadable()).toEqual([]);
  expect(locked.isSending(id)).toBe(true);
});

test('a pause is no time of failures: its hook is not disabled by the first one after it', async () => {
  const store = await openStore(someFolder());
  const hooks = await open(store);
  const { id } = await hooks.create({ url: 'https://example.com', topics: ['a'] });
  const failed = async (number: number, at: number): Promise<void> => {
    const data = JSON.stringify(number);
    const message = { id: `msg_${number}`, kind: 'emit', to: 'a', data, createdAt: at } as const;
    await store.publish(message);
    const [delivery] = await store.deliveries({ messageId: message.id, countMax: 1 });
    const request = { method: 'POST', url: 'https://example.com', headers: [] };
    const attempt = { deliveryId: delivery!.id, number: 1, startedAt: at, ms: 0, request };
    const how = { next: { status: 'failed' }, outcome: 'failed', tellFailed: false } as const;
    const to = { owner: 'test', mails: false, starts: [] };
    const settled = await store.settleAttempt({ ...to, ...how, attempt });
    hooks.told(id, settled.hook!);
  };
  const day = 86_400_000;
  await failed(1, NOW);
  await failed(2, NOW + 3 * day);
  expect(hooks.get(id).health).toEqual({ failures: 2, failingSince: NOW, warned: 50 });
  await hooks.pause(id);
  await hooks.resume(id);
  await failed(3, NOW + 9 * day);
  const health = { failures: 3, failingSince: NOW + 9 * day, warned: 50 };
  expect(hooks.get(id)).toMatchObject({ status: 'active', health });
  await failed(4, NOW + 14 * day);
  expect(hooks.get(id).status).toBe('disabled');
  expect(await hooks.resume(id)).toMatchObject({ status: 'active', health: RESUMED });
});

test('another profile brings its own settings, but for what is said and the topics', async () => {
  const hooks = await open(await openStore(someFolder()));
  const { id } = await hooks.create({
    url: 'https://example.com',
    topics: ['a.*'],
    timeoutMs: 7000,
    rate: { count: 1, perMs: 1000 },
  });
  const changed = await hooks.change(id, { profile: 'pirsch', concurrency: 2 });
  expect(changed).toMatchObject({
    topics: ['a.*'],
    timeoutMs: 15_000,
    failuresMax: 101,
    concurrency: 2,
    url: 'https://example.com',
  });
  expect(await hooks.change(id, { rate: null })).not.toHaveProperty('rate');
});

test('a hook is reached by its id though another bears that as its name', async () => {
  const hooks = await open(await openStore(someFolder()));
  const first = await hooks.create({ url: 'https://example.com/first' });
  const other = await hooks.create({ url: 'https://example.com/other', name: first.id });
  expect(hooks.get(first.id).url).toBe(first.url);
  expect(hooks.targets({ kind: 'hook', to: first.id })).toEqual([first.id]);
  expect(hooks.get(other.id).url).toBe(other.url);
});

test('names that are made up are made up anew where they are taken', async () => {
  const hooks = await open(await openStore(someFolder()));
  const names: string[] = [];
  for (let i = 0; i < 3; i++) names.push((await hooks.create({ url: 'https://example.com' })).name);
  const base = 'Hook created on 2026-01-02, 00:00';
  expect(names).toEqual([base, `${base} (2)`, `${base} (3)`]);
});
