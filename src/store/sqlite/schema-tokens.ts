import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

interface TokenRow {
  id: string;
  name: string;
  scopes: readonly ('messages' | 'track')[];
  digest: string;
  createdAt: number;
}

/** Credentials of programs that call the API; of each only a digest. */
export const tokenTable: TableOf<TokenRow> = sqliteTable('token', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  scopes: text({ mode: 'json' }).$type<TokenRow['scopes']>().notNull(),
  digest: text().notNull().unique(),
  createdAt: integer('created_at').notNull(),
});
