import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { NOW } from '../contract/records.ts';
import { someFolder } from './folder.ts';

test('a database of before runs waited keeps its events and runs', async () => {
  const dataDir = someFolder();
  const sqlite = new Sqlite(join(dataDir, 'hookwright.db'));
  sqlite.exec(readFileSync('drizzle/sqlite/0000_start.sql', 'utf8'));
  const [first] = readMigrationFiles({ migrationsFolder: 'drizzle/sqlite' });
  sqlite.exec(
    `CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`,
  );
  sqlite
    .prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)')
    .run(first!.hash, first!.folderMillis);
  sqlite
    .prepare(
      `INSERT INTO event VALUES ('evt_1', 'wh_1', ?, 3, 'POST', '', NULL, '[]', '::1', x'00')`,
    )
    .run(NOW);
  sqlite
    .prepare(
      `INSERT INTO event VALUES ('evt_2', 'wh_1', ?, 2, 'POST', '', NULL, '[]', '::1', x'01')`,
    )
    .run(NOW);
  const insert = sqlite.prepare(
    `INSERT INTO run VALUES (?, 'evt_1', 'wh_1', 'a', 'rev', 0, ?, ?, ?, 0.5, ?, '[]', ?, ?, ?)`,
  );
  const failure = { code: 'run.failed', message: 'no', status: 500 };
  // Not in the order of their ids: those of one millisecond are listed as they were recorded.
  insert.run('run_2', 'succeeded', NOW, NOW + 1, null, 200, '[["a","b"]]', Buffer.from([0, 255]));
  insert.run('run_1', 'failed', NOW, NOW + 2, JSON.stringify(failure), null, null, null);
  sqlite.exec("INSERT INTO webhook VALUES ('wh_1', 'token', 'old', '', 0, 'run', 1, 2)");
  sqlite.close();

  const store = await openSqliteStore({ dataDir });
  const old = {
    eventId: 'evt_1',
    webhookId: 'wh_1',
    automation: 'a',
    revision: 'rev',
    binding: 0,
    startedAt: NOW,
    cpuMs: 0.5,
    logs: [],
    inputs: '{}',
    attempt: 1,
  };
  const body = new Uint8Array([0, 255]);
  const answer = { status: 200, headers: [['a', 'b']], body };
  expect(await store.runsOf('evt_1')).toEqual([
    { ...old, id: 'run_2', status: 'succeeded', endedAt: NOW + 1, answer },
    { ...old, id: 'run_1', status: 'failed', endedAt: NOW + 2, failure },
  ]);
  expect(await store.event('evt_1')).toMatchObject({
    status: 'done',
    data: null,
    webhookName: null,
    webhookUrl: null,
    webhookAccount: null,
  });
  expect(await store.pendingEvents(NOW + 1, 9)).toMatchObject([
    { id: 'evt_2', status: 'pending', body: new Uint8Array([1]) },
  ]);
  await store.settle('evt_2', 'filtered', []);
  expect(await store.event('evt_2')).toMatchObject({ status: 'filtered' });
  expect(await store.pendingEvents(NOW + 1, 9)).toEqual([]);
  expect(await store.webhooks()).toMatchObject([{ name: 'old', settings: {}, updatedAt: 2 }]);
  expect(await store.openRuns()).toBe(0);
  expect(await store.nextDue()).toBeUndefined();
  expect(await store.claim('a', NOW * 2, 1, 10)).toEqual([]);
  expect(await store.runs({ status: 'failed', countMax: 9 })).toMatchObject([{ id: 'run_1' }]);
  await store.close();
});
