import { and, asc, desc, eq, getTableColumns, gt, inArray, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EventSummary, StoredEvent } from '../../core/event.ts';
import type { EventFilter } from '../../engine/ports.ts';
import { eventTable, pendingEventTable, STATUS_CODES } from './schema.ts';

/** Columns, with the status as callers know it; the table alone does not say which events are pending. */
const WHOLE = {
  ...getTableColumns(eventTable),
  status: sql`CASE WHEN EXISTS (SELECT 1 FROM pending_event WHERE event_id = event.id)
    THEN ${sql.raw(`${STATUS_CODES.pending}`)} ELSE event.status END`.mapWith(eventTable.status),
};
// What may be long, and what only runs need.
const {
  body: _body,
  webhookName: _name,
  webhookUrl: _url,
  webhookAccount: _account,
  data: _data,
  ...HEAD
} = WHOLE;
// SQLite reads the length from the row's head, not the pages of the body.
const SUMMARY = { ...HEAD, bodySize: sql<number>`length(${eventTable.body})` };

export function findEvent(db: BetterSQLite3Database, id: string): StoredEvent | undefined {
  return db.select(WHOLE).from(eventTable).where(eq(eventTable.id, id)).get();
}

export function listEvents(db: BetterSQLite3Database, filter: EventFilter): EventSummary[] {
  const { webhookId, before, after, countMax } = filter;
  return db
    .select(SUMMARY)
    .from(eventTable)
    .where(
      and(
        webhookId === undefined ? undefined : eq(eventTable.webhookId, webhookId),
        before === undefined ? undefined : lt(eventTable.id, before),
        after === undefined ? undefined : gt(eventTable.id, after),
      ),
    )
    .orderBy(desc(eventTable.id))
    .limit(countMax)
    .all();
}

export function listPending(
  db: BetterSQLite3Database,
  before: number,
  countMax: number,
): StoredEvent[] {
  const ids = db
    .select({ id: pendingEventTable.eventId })
    .from(pendingEventTable)
    .where(lt(pendingEventTable.receivedAt, before))
    .orderBy(asc(pendingEventTable.eventId))
    .limit(countMax);
  return db
    .select(WHOLE)
    .from(eventTable)
    .where(inArray(eventTable.id, ids))
    .orderBy(asc(eventTable.id))
    .all();
}
