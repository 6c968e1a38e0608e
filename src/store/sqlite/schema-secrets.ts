import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

interface SecretRow {
  name: string;
  hosts: readonly string[];
  createdAt: number;
  updatedAt: number;
  sealed: Buffer;
  previous: Buffer | null;
  previousUntil: number | null;
}

/** Values are sealed (`core/vault.ts`); the key is never in the database. */
export const secretTable: TableOf<SecretRow> = sqliteTable('secret', {
  name: text().primaryKey(),
  hosts: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  sealed: blob({ mode: 'buffer' }).notNull(),
  previous: blob({ mode: 'buffer' }),
  previousUntil: integer('previous_until'),
});

interface KeyProofRow {
  name: string;
  sealed: Buffer;
}

/** One row, `vault`: a known text, sealed under the vault's key, so that another key is noticed at the start. */
export const keyProofTable: TableOf<KeyProofRow> = sqliteTable('key_proof', {
  name: text().primaryKey(),
  sealed: blob({ mode: 'buffer' }).notNull(),
});
