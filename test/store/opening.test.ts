import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { connect } from '../../src/store/sqlite/connection.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { someEvent } from '../contract/records.ts';
import { someFolder } from './folder.ts';

const NEXT_FOLDER = 'Stop that process, or give this one another folder with --data-dir.';

test('the data folder is made, for its owner alone', async () => {
  const dataDir = join(someFolder(), 'a', 'data');
  const store = await openSqliteStore({ dataDir });
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  await store.close();
});

test('in a folder that everybody may read, what it stores is for its owner alone', async () => {
  const dataDir = someFolder();
  chmodSync(dataDir, 0o755);
  const store = await openSqliteStore({ dataDir });
  await store.capture(someEvent(), 'captured');
  const files = readdirSync(dataDir).filter((file) => file.startsWith('hookwright.db'));
  expect(files.sort()).toEqual(['hookwright.db', 'hookwright.db-shm', 'hookwright.db-wal']);
  for (const file of files) {
    expect(statSync(join(dataDir, file)).mode & 0o777, file).toBe(0o600);
  }
  await store.close();
});

test('the connection syncs each commit and gives pages back', () => {
  const sqlite = connect(someFolder());
  const pragmas = ['journal_mode', 'synchronous', 'auto_vacuum', 'page_size', 'foreign_keys'];
  expect(pragmas.map((name) => sqlite.pragma(name, { simple: true }))).toEqual([
    'wal',
    2, // FULL
    2, // INCREMENTAL
    8192,
    1,
  ]);
  sqlite.close();
});

test('opening again changes nothing', async () => {
  const dataDir = someFolder();
  const path = join(dataDir, 'hookwright.db');
  await (await openSqliteStore({ dataDir })).close();
  const before = readFileSync(path);
  await (await openSqliteStore({ dataDir })).close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a second opener is refused with the process that holds the folder', async () => {
  const dataDir = someFolder();
  const store = await openSqliteStore({ dataDir });
  await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({
    code: 'data.in_use',
    message: `Expected the data folder ${dataDir} to be free, got one in use by process ${process.pid}.`,
    next: NEXT_FOLDER,
  });
  await store.capture(someEvent(), 'pending');
  await store.close();
  await (await openSqliteStore({ dataDir })).close();
});

test('another process holds the folder until it is killed, and no longer', async () => {
  const dataDir = someFolder();
  const child = spawn(process.execPath, ['test/store/capture-forever.js', dataDir]);
  await once(child.stdout, 'data');
  await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({
    code: 'data.in_use',
    message: `Expected the data folder ${dataDir} to be free, got one in use by process ${child.pid}.`,
    next: NEXT_FOLDER,
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await openSqliteStore({ dataDir })).close();
});

test('a database of a newer schema is refused and left alone', async () => {
  const dataDir = someFolder();
  const path = join(dataDir, 'hookwright.db');
  await (await openSqliteStore({ dataDir })).close();
  const sqlite = new Sqlite(path);
  const known = sqlite.prepare('SELECT max(created_at) FROM __drizzle_migrations').pluck().get();
  sqlite
    .prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)')
    .run('later', Date.parse('2100-01-01'));
  sqlite.close();
  const before = readFileSync(path);
  await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({
    code: 'data.unusable',
    message: `Expected ${path} to have a schema of ${new Date(Number(known)).toISOString()} or older, got one of 2100-01-01T00:00:00.000Z from a newer Hookwright.`,
    next: 'Run the newer version, or give this one another folder with --data-dir.',
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file that is no database is refused and left alone', async () => {
  const dataDir = someFolder();
  const path = join(dataDir, 'hookwright.db');
  writeFileSync(path, 'not a database, '.repeat(1000));
  await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({
    code: 'data.unusable',
    message: `Expected ${path} to be a Hookwright database, got SQLITE_NOTADB: file is not a database.`,
    next: 'Restore it from a backup, or move it away to start with an empty one.',
  });
  expect(readFileSync(path, 'utf8')).toBe('not a database, '.repeat(1000));
});

test('a damaged database is refused, and the folder is free again', async () => {
  const dataDir = someFolder();
  const path = join(dataDir, 'hookwright.db');
  await (await openSqliteStore({ dataDir })).close();
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.from(bytes).fill(0xff, 100, 4000));
  await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({
    code: 'data.unusable',
    message: `Expected ${path} to be a Hookwright database, got SQLITE_CORRUPT: database disk image is malformed.`,
  });
  writeFileSync(path, bytes);
  await (await openSqliteStore({ dataDir })).close();
});

test('a folder that cannot be made is named', async () => {
  const file = join(someFolder(), 'file');
  writeFileSync(file, '');
  await expect(openSqliteStore({ dataDir: join(file, 'data') })).rejects.toMatchObject({
    code: 'data.unusable',
    message: `Expected ${file}/data to be readable and writable, got ENOTDIR: not a directory, mkdir '${file}/data'.`,
    next: 'Give the user that runs Hookwright the right to write there, or name another folder with --data-dir.',
  });
});

test('a database that cannot be opened is named', async () => {
  const dataDir = someFolder();
  mkdirSync(join(dataDir, 'hookwright.db'));
  await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({
    code: 'data.unusable',
    message: `Expected ${dataDir}/hookwright.db to be readable and writable, got SQLITE_CANTOPEN: unable to open database file.`,
  });
});
