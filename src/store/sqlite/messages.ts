import { and, desc, eq, lt } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Message, MessageKind } from '../../core/message.ts';
import type { MessageFilter } from '../../engine/ports/hook-store.ts';
import { messageTable } from './schema-hooks.ts';

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
): Message[] {
  return db
    .select()
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
    .map(fromRow);
}

export function toMessage(row: MessageRow): Message {
  const { id, kind, to, created_at: createdAt, run_id: runId, data } = row;
  return { id, kind, to, data, createdAt, ...(runId === '' ? {} : { runId }) };
}

function fromRow({ createdAt, runId, ...row }: typeof messageTable.$inferSelect): Message {
  return toMessage({ ...row, created_at: createdAt, run_id: runId });
}
