import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import { dataUnusable } from './failure.ts';
import { makeOwnFile } from './own-file.ts';

/** Milliseconds to wait for a process that is about to end, as when a service is restarted. */
const LOCK_WAIT_MS = 500;

export interface DataLock {
  release(): void;
}

/**
 * Takes the data folder for this process alone. The lock is an open transaction on a small SQLite file
 * of its own: the kernel drops it when the process dies, however it dies, so there is no stale lock; and
 * the database itself stays open to readers such as `sqlite3` and backup programs.
 *
 * Throws `data.in_use`, and `data.unusable` where the folder does not take the file.
 */
export function lockDataDir(dataDir: string, pid: number): DataLock {
  const path = join(dataDir, 'lock');
  // In a file of its own: closing any other handle on the lock file would drop the lock (POSIX fcntl).
  const note = join(dataDir, 'lock.pid');
  const lock = openLock(path);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(note, `${pid}\n`);
  } catch (error) {
    lock.close();
    const taken = error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
    throw taken ? inUse(dataDir, note, error) : dataUnusable(path, error);
  }
  return {
    release: () => {
      rmSync(note, { force: true });
      lock.close();
    },
  };
}

function openLock(path: string): Sqlite.Database {
  makeOwnFile(path); // Who may read it may lock it, and keep a server from starting.
  try {
    return new Sqlite(path, { timeout: LOCK_WAIT_MS });
  } catch (error) {
    throw dataUnusable(path, error);
  }
}

function inUse(dataDir: string, note: string, cause: unknown): HookwrightError {
  return new HookwrightError(
    'data.in_use',
    `Expected the data folder ${dataDir} to be free, got one in use by ${holder(note)}.`,
    { cause, next: 'Stop that process, or give this one another folder with --data-dir.' },
  );
}

/** Best effort: the note is written just after the lock is taken. */
function holder(note: string): string {
  try {
    return `process ${/^\d+/.exec(readFileSync(note, 'utf8'))?.[0] ?? 'unknown'}`;
  } catch {
    return 'another process';
  }
}
