import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the database of a data folder is. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, 'hookwright.db');
}

/** Whether the data folder has a database already. */
export function hasDatabase(dataDir: string): boolean {
  return existsSync(databaseFile(dataDir));
}
