import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

interface SenderIdRow {
  webhookId: string;
  key: string;
  eventId: string;
  receivedAt: number;
  repeats: number;
  repeatedAt: number | null;
}

/**
 * What recognises a duplicate, with the event that came first. Rows are never moved, so that the order of
 * rowids is the order of time, and pruning needs no index.
 */
export const senderIdTable: TableOf<SenderIdRow> = sqliteTable(
  'sender_id',
  {
    webhookId: text('webhook_id').notNull(),
    key: text().notNull(),
    eventId: text('event_id').notNull(),
    receivedAt: integer('received_at').notNull(),
    repeats: integer().notNull(),
    repeatedAt: integer('repeated_at'),
  },
  (table) => [
    primaryKey({ columns: [table.webhookId, table.key] }),
    // An event's duplicates, for showing. Most have none and cost nothing here.
    index('sender_id_repeated').on(table.eventId).where(sql`repeats > 0`),
  ],
);

interface RefusalRow {
  id: string;
  webhookId: string;
  receivedAt: number;
  source: string;
  code: string;
  reason: string;
  method: string;
  path: string;
  query: string | null;
  headers: string;
  clientIp: string;
  isProxied: boolean;
  url: string;
  bodySize: number;
  body: Buffer;
}

/** Requests that did not prove who calls; the newest of each webhook. */
export const refusalTable: TableOf<RefusalRow> = sqliteTable(
  'refusal',
  {
    id: text().primaryKey(),
    webhookId: text('webhook_id').notNull(),
    receivedAt: integer('received_at').notNull(),
    source: text().notNull(),
    code: text().notNull(),
    reason: text().notNull(),
    method: text().notNull(),
    path: text().notNull(),
    query: text(),
    headers: text().notNull(),
    clientIp: text('client_ip').notNull(),
    isProxied: integer('is_proxied', { mode: 'boolean' }).notNull(),
    url: text().notNull(),
    bodySize: integer('body_size').notNull(),
    body: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [index('refusal_by_webhook').on(table.webhookId, table.id)],
);
