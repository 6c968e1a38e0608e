import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Message, MessageKind, MessageSummary } from '../../core/message.ts';
import type { MessageFilter } from '../../engine/ports/hook-store.ts';
import { messageTable } from './schema-hooks.ts';

const { id, kind, to, createdAt, runId, data } = getTableColumns(messageTable);
// SQLite reads the length from the row's head, not the pages of the data.
const SUMMARY = { id, kind, to, createdAt, runId, size: sql<number>`octet_length(${data})` };

/** As the driver gives it. */
export interface MessageRow {
  readonly id: string;
  readonly kind: MessageKind;
  readonly to: string;
  readonly created_at: number;
  readonly run_id: string;
  readonly data: string;
}

export function findMessage(db: BetterSQLite3Database, id: string): Message | undefined {
  const row = db.select().from(messageTable).where(eq(messageTable.id, id)).get();
  return row === undefined ? undefined : fromRow(row);
}

export function listMessages(
  db: BetterSQLite3Database,
  { topic, before, countMax }: MessageFilter,
): MessageSummary[] {
  return db
    .select(SUMMARY)
    .from(messageTable)
    .where(
      and(
        topic === undefined ? undefined : eq(messageTable.to, topic),
        before === undefined ? undefined : lt(messageTable.id, before),
      ),
    )
    .orderBy(desc(messageTable.id))
    .limit(countMax)
    .all()
    .map(({ runId: run, ...row }) => (run === '' ? row : { ...row, runId: run }));
}

export function toMessage(row: MessageRow): Message {
  const { id, kind, to, created_at: createdAt, run_id: runId, data } = row;
  return { id, kind, to, data, createdAt, ...(runId === '' ? {} : { runId }) };
}

function fromRow({ createdAt, runId, ...row }: typeof messageTable.$inferSelect): Message {
  return toMessage({ ...row, created_at: createdAt, run_id: runId });
}
