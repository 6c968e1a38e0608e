import { and, asc, desc, eq, getTableColumns, gt, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EventSummary, StoredEvent } from '../../core/event.ts';
import type { EventFilter } from '../../engine/ports.ts';
import { eventTable, STATUS_CODES } from './schema.ts';

const { body: _, webhookName: __, webhookUrl: ___, ...HEAD } = getTableColumns(eventTable);
// SQLite reads the length from the row's head, not the pages of the body.
const SUMMARY = { ...HEAD, bodySize: sql<number>`length(${eventTable.body})` };
// A literal: the planner uses a partial index only for the condition that it was made with.
const IS_PENDING = sql.raw(`status = ${STATUS_CODES.pending}`);

export function findEvent(db: BetterSQLite3Database, id: string): StoredEvent | undefined {
  return db.select().from(eventTable).where(eq(eventTable.id, id)).get();
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
  return db
    .select()
    .from(eventTable)
    .where(and(IS_PENDING, lt(eventTable.receivedAt, before)))
    .orderBy(asc(eventTable.receivedAt), sql`rowid`) // The order of the index as it is.
    .limit(countMax)
    .all();
}
