import { fileURLToPath } from 'node:url';
import type Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate as applyMigrations } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { HookwrightError } from '../../core/errors.ts';
import { installedFile } from '../../core/installation.ts';
import { databaseFile } from './database-file.ts';

const MIGRATIONS = fileURLToPath(installedFile(import.meta.url, 'drizzle/sqlite'));
/** Where drizzle's migrator notes what it applied. */
const APPLIED = '__drizzle_migrations';

/**
 * Brings the database to this program's schema, in one transaction; does nothing where it is there
 * already. Throws `data.unusable` for a database of a later schema: an older program would write rows
 * that the newer one misreads.
 */
export function migrate(sqlite: Sqlite.Database, dataDir: string): void {
  const known = Math.max(
    ...readMigrationFiles({ migrationsFolder: MIGRATIONS }).map((file) => file.folderMillis),
  );
  const applied = lastApplied(sqlite);
  if (applied > known) {
    throw new HookwrightError(
      'data.unusable',
      `Expected ${databaseFile(dataDir)} to have a schema of ${day(known)} or older, got one of ${day(applied)} from a newer Hookwright.`,
      { next: 'Run the newer version, or give this one another folder with --data-dir.' },
    );
  }
  if (applied < known) {
    applyMigrations(drizzle({ client: sqlite }), { migrationsFolder: MIGRATIONS });
  }
}

/** Milliseconds at which the last applied migration was made; 0 for a new database. */
function lastApplied(sqlite: Sqlite.Database): number {
  const table = sqlite.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(APPLIED);
  if (table === undefined) return 0;
  return Number(sqlite.prepare(`SELECT max(created_at) FROM ${APPLIED}`).pluck().get() ?? 0);
}

function day(ms: number): string {
  return new Date(ms).toISOString();
}
