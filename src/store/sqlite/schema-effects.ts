import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

interface JournalRow {
  runId: string;
  number: number;
  step: number;
  kind: 'http' | 'state' | 'wait' | 'call' | 'emit' | 'hook';
  beganAt: number;
  endedAt: number | null;
  arrival: number | null;
  /** JSON. */
  args: string;
  /** JSON of an `EffectResult`. */
  result: string | null;
}

/**
 * The effects of runs that have any. An ordinary table and not one WITHOUT ROWID: arguments and replies are
 * as long as bodies, and rows longer than a twentieth of a page make such a table's own tree deep
 * (sqlite.org/withoutrowid.html).
 */
export const journalTable: TableOf<JournalRow> = sqliteTable(
  'journal',
  {
    runId: text('run_id').notNull(),
    number: integer().notNull(),
    step: integer().notNull(),
    kind: text({ enum: ['http', 'state', 'wait', 'call', 'emit', 'hook'] }).notNull(),
    beganAt: integer('began_at').notNull(),
    endedAt: integer('ended_at'),
    arrival: integer(),
    args: text().notNull(),
    result: text(),
  },
  // A run's entries by number; an entry is begun once.
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
);

interface StateRow {
  key: string;
  /** Milliseconds since the epoch, from which on the key is missing; `null` for ever. */
  expiresAt: number | null;
  /** JSON. */
  value: string;
}

/** What automations share. */
export const stateTable: TableOf<StateRow> = sqliteTable(
  'state',
  {
    key: text().primaryKey(),
    expiresAt: integer('expires_at'),
    value: text().notNull(),
  },
  // What `expireState` deletes; keys without a time to live cost nothing here.
  (table) => [index('state_expiring').on(table.expiresAt).where(sql`expires_at IS NOT NULL`)],
);
