import { sql } from 'drizzle-orm';
import {
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

interface MessageRow {
  id: string;
  kind: 'emit' | 'hook' | 'ping';
  to: string;
  createdAt: number;
  /** Empty, and the effect 0, where no run emitted it. */
  runId: string;
  effect: number;
  /** JSON. */
  data: string;
  /** What a sender calls it by, so that it is stored once. */
  key: string | null;
}

/** What runs and the API emitted or meant for a hook; outlives the run. */
export const messageTable: TableOf<MessageRow> = sqliteTable(
  'message',
  {
    id: text().primaryKey(),
    kind: text({ enum: ['emit', 'hook', 'ping'] }).notNull(),
    to: text().notNull(),
    createdAt: integer('created_at').notNull(),
    runId: text('run_id').notNull(),
    effect: integer().notNull(),
    data: text().notNull(),
    key: text(),
  },
  (table) => [
    uniqueIndex('message_by_key').on(table.key).where(sql`key IS NOT NULL`),
    // Messages of a topic, newest first.
    index('message_by_topic').on(table.to, table.id),
  ],
);

/**
 * A delivery's status as stored. Open ones come first, and the condition of a partial index names it in
 * numbers.
 */
export const DELIVERY_STATUS_CODES: Readonly<Record<DeliveryStatus, number>> = {
  pending: 2,
  sending: 3,
  failed: 4,
  cancelled: 5,
  succeeded: 6,
};

type DeliveryStatus = 'pending' | 'sending' | 'succeeded' | 'failed' | 'cancelled';

/** The condition of `delivery_unsucceeded`; a query uses that index only where it says the same. */
export const UNDELIVERED: string = `status < ${DELIVERY_STATUS_CODES.succeeded}`;

/** What an attempt changes stands at the end. */
interface HookRow {
  number: number;
  id: string;
  name: string;
  status: 'active' | 'paused' | 'disabled';
  activatedAt: number | null;
  createdAt: number;
  updatedAt: number;
  /** JSON of `HookSettings`. */
  settings: string;
  sealed: Buffer;
  failures: number;
  failingSince: number | null;
  warned: number;
  disabledAt: number | null;
  disabledWhy: 'failures' | 'days' | 'gone' | null;
}

export const hookTable: TableOf<HookRow, 'number'> = sqliteTable('hook', {
  // AUTOINCREMENT: receivers know a hook by its number, and none gets that of one that was deleted.
  number: integer().primaryKey({ autoIncrement: true }),
  id: text().notNull().unique(),
  name: text().notNull().unique(),
  status: text({ enum: ['active', 'paused', 'disabled'] }).notNull(),
  activatedAt: integer('activated_at'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  settings: text().notNull(),
  sealed: blob({ mode: 'buffer' }).notNull(),
  failures: integer().notNull(),
  failingSince: integer('failing_since'),
  warned: integer().notNull(),
  disabledAt: integer('disabled_at'),
  disabledWhy: text('disabled_why', { enum: ['failures', 'days', 'gone'] }),
});

interface DeliveryRow {
  id: string;
  messageId: string;
  hookId: string;
  status: number;
  attempts: number;
  retries: number;
  createdAt: number;
  dueAt: number | null;
  endedAt: number | null;
  leaseUntil: number | null;
  leaseOwner: string | null;
}

/**
 * No foreign keys: messages, deliveries and attempts are pruned together. `due_at` is there for pending ones
 * alone, the lease for sending ones alone, as in `run`. A hook's deliveries are in the order of the hidden
 * rowid, which every index ends with: the order in which they were made.
 */
export const deliveryTable: TableOf<DeliveryRow> = sqliteTable(
  'delivery',
  {
    id: text().primaryKey(),
    messageId: text('message_id').notNull(),
    hookId: text('hook_id').notNull(),
    status: integer().notNull(),
    attempts: integer().notNull(),
    retries: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at'),
    endedAt: integer('ended_at'),
    leaseUntil: integer('lease_until'),
    leaseOwner: text('lease_owner'),
  },
  (table) => [
    // For showing a message, and for pruning.
    index('delivery_by_message').on(table.messageId),
    // A hook's deliveries, the last first.
    index('delivery_by_hook').on(table.hookId),
    // What a hook's next ones are: each claim reads as many entries as it takes, however many wait.
    index('delivery_due').on(table.hookId, table.dueAt).where(sql`due_at IS NOT NULL`),
    // The first open one of an ordered hook, the failed ones of any. Most succeed and cost nothing here.
    index('delivery_unsucceeded').on(table.hookId, table.status).where(sql.raw(UNDELIVERED)),
    // What a process that is gone has left behind.
    index('delivery_leased').on(table.leaseUntil).where(sql`lease_until IS NOT NULL`),
  ],
);

interface AlertRow {
  messageId: string;
  hookId: string;
  dueAt: number;
  tries: number;
}

/** Mails of notices that are not sent yet. A row goes when it is, and with its message. */
export const alertTable: TableOf<AlertRow> = sqliteTable(
  'alert',
  {
    messageId: text('message_id').primaryKey(),
    hookId: text('hook_id').notNull(),
    dueAt: integer('due_at').notNull(),
    tries: integer().notNull(),
  },
  (table) => [index('alert_due').on(table.dueAt)],
);

interface AttemptRow {
  deliveryId: string;
  number: number;
  startedAt: number;
  ms: number;
  method: string;
  url: string;
  /** JSON of pairs. */
  requestHeaders: string;
  status: number | null;
  address: string | null;
  truncated: boolean;
  errorCode: string | null;
  errorMessage: string | null;
  /** JSON of pairs. */
  responseHeaders: string | null;
  requestBody: Buffer | null;
  responseBody: Buffer | null;
}

/** Every HTTP try. What may be long comes last. */
export const attemptTable: TableOf<AttemptRow> = sqliteTable(
  'attempt',
  {
    deliveryId: text('delivery_id').notNull(),
    number: integer().notNull(),
    startedAt: integer('started_at').notNull(),
    ms: integer().notNull(),
    method: text().notNull(),
    url: text().notNull(),
    requestHeaders: text('request_headers').notNull(),
    status: integer(),
    address: text(),
    truncated: integer({ mode: 'boolean' }).notNull(),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    responseHeaders: text('response_headers'),
    requestBody: blob('request_body', { mode: 'buffer' }),
    responseBody: blob('response_body', { mode: 'buffer' }),
  },
  (table) => [primaryKey({ columns: [table.deliveryId, table.number] })],
);
