import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { dataUnusable } from './failure.ts';
import { migrate } from './migrate.ts';

/** Milliseconds a commit waits for another program, such as a backup's, that holds the write lock. */
const BUSY_TIMEOUT_MS = 5000;
/**
 * Bytes of a page. Measured with 1.2 kB bodies, captured and settled in commits of 64, in CPU per event:
 * 4 kB pages 18.8 µs and 165 MB, 8 kB 16 µs and 139 MB, 16 kB 14.4 µs and 139 MB; with 25 kB bodies
 * 83, 61 and 92 µs. At 4 kB a page holds one such event and is half empty.
 */
const PAGE_BYTES = 8192;
/**
 * Pages in the write-ahead log at which a commit copies them back: 4 MB. More saves no CPU here and makes
 * the commit that copies wait longer: at most 9 ms for 4 MB, 29 ms for 16 MB, 69 ms for 40 MB.
 */
const CHECKPOINT_PAGES = 512;
/** Bytes the log file keeps when it starts over; a large body may have made it longer. */
const LOG_BYTES_KEPT = 16 * 1024 * 1024;
/** Kilobytes of page cache: a whole batch (`BATCH_BYTES_MAX`) and the inner pages of every index. */
const CACHE_KB = 16 * 1024;

/** Makes the data folder where it is missing, readable for its owner alone: it holds tokens. */
export function makeDataDir(dataDir: string): void {
  try {
    // Absolute: Node 20's mkdir never ends for a path below a working directory that was deleted.
    const made = mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
    // The folder's own entry must survive a power cut as well; SQLite syncs only what is inside.
    if (made !== undefined) syncFolder(dirname(made));
  } catch (error) {
    throw dataUnusable(dataDir, error);
  }
}

/**
 * Opens `hookwright.db` with the pragmas on which the promises stand, and brings its schema up to date.
 * Throws `data.unusable`.
 *
 * @param pageCountMax the most pages the file may have; for tests of a full disk
 */
export function connect(dataDir: string, pageCountMax?: number): Sqlite.Database {
  const path = join(dataDir, 'hookwright.db');
  let sqlite: Sqlite.Database | undefined;
  try {
    makeFile(path);
    sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    configure(sqlite);
    migrate(sqlite, dataDir);
    // A file that may only be read opens without complaint and fails at the first event: ask now.
    sqlite.exec('BEGIN IMMEDIATE; ROLLBACK');
    if (pageCountMax !== undefined) sqlite.pragma(`max_page_count = ${pageCountMax}`);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw dataUnusable(path, error);
  }
}

/**
 * Makes the file where it is missing, readable for its owner alone: the folder may have been made by somebody else, for
 * everybody to read. SQLite gives the files beside it the same rights.
 */
function makeFile(path: string): void {
  try {
    // Never one that is there: closing it would drop the locks that this process has on it (POSIX fcntl).
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function configure(sqlite: Sqlite.Database): void {
  if (sqlite.pragma('page_count', { simple: true }) === 0) {
    // Both only take effect before the first table is made; setting the second writes each time.
    // Incremental: a deletion leaves free pages in the file, and pruning gives them back in steps; costs
    // about 1 µs per event.
    sqlite.pragma(`page_size = ${PAGE_BYTES}`);
    sqlite.pragma('auto_vacuum = INCREMENTAL');
  }
  // Writers append to a log and readers are never blocked; one sequential write and one sync per commit.
  const mode = sqlite.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new Error(`the disk does not allow a write-ahead log (journal mode ${String(mode)})`);
  }
  // FULL in WAL mode means: the log is synced before a commit returns, so that a commit survives a power
  // cut. NORMAL syncs only when the log is copied back: consistent, but the last commits may be lost,
  // which promise 1 forbids (sqlite.org/pragma.html#pragma_synchronous). What a crash leaves half
  // written at the end of the log fails its checksum and is ignored. A killed process loses nothing at
  // either setting.
  sqlite.pragma('synchronous = FULL');
  // On macOS fsync leaves data in the drive's cache; elsewhere these do nothing.
  sqlite.pragma('fullfsync = ON');
  sqlite.pragma('checkpoint_fullfsync = ON');
  sqlite.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  sqlite.pragma(`journal_size_limit = ${LOG_BYTES_KEPT}`);
  sqlite.pragma(`cache_size = -${CACHE_KB}`);
  // Sorting happens in memory; nothing here sorts more than a list's page.
  sqlite.pragma('temp_store = MEMORY');
  // Bindings go with their webhook. The tables of events and runs have no foreign keys and pay nothing.
  sqlite.pragma('foreign_keys = ON');
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
