import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type Duplicates, REFUSALS_MAX, type RefusedRequest } from '../../core/refused-request.ts';
import { refusalTable, senderIdTable } from './schema-callers.ts';

export function saveRefusal(db: BetterSQLite3Database, refusal: RefusedRequest): void {
  db.transaction(
    (tx) => {
      tx.insert(refusalTable)
        .values({ ...refusal, body: Buffer.from(refusal.body) })
        .run();
      tx.run(sql`DELETE FROM refusal WHERE webhook_id = ${refusal.webhookId} AND id <= (
        SELECT id FROM refusal WHERE webhook_id = ${refusal.webhookId}
        ORDER BY id DESC LIMIT 1 OFFSET ${REFUSALS_MAX})`);
    },
    { behavior: 'immediate' },
  );
}

/** Newest first. */
export function listRefusals(db: BetterSQLite3Database, webhookId: string): RefusedRequest[] {
  return db
    .select()
    .from(refusalTable)
    .where(eq(refusalTable.webhookId, webhookId))
    .orderBy(desc(refusalTable.id))
    .all();
}

export function findRefusal(db: BetterSQLite3Database, id: string): RefusedRequest | undefined {
  return db.select().from(refusalTable).where(eq(refusalTable.id, id)).get();
}

/** The event that a key was captured with. */
export function findFirstEvent(
  db: BetterSQLite3Database,
  webhookId: string,
  key: string,
): string | undefined {
  const { eventId } = senderIdTable;
  return db
    .select({ eventId })
    .from(senderIdTable)
    .where(and(eq(senderIdTable.webhookId, webhookId), eq(senderIdTable.key, key)))
    .get()?.eventId;
}

export function findDuplicates(db: BetterSQLite3Database, eventId: string): Duplicates | undefined {
  const row = db
    .select({ count: senderIdTable.repeats, lastAt: senderIdTable.repeatedAt })
    .from(senderIdTable)
    // As the partial index says it.
    .where(and(eq(senderIdTable.eventId, eventId), gt(senderIdTable.repeats, sql.raw('0'))))
    .get();
  return row === undefined ? undefined : { count: row.count, lastAt: row.lastAt ?? 0 };
}

/** Of the oldest rows those that are too old; how many went. */
export function expireSenderIds(
  db: BetterSQLite3Database,
  before: number,
  countMax: number,
): number {
  return db.run(sql`DELETE FROM sender_id WHERE rowid IN (
    SELECT rowid FROM (SELECT rowid, received_at FROM sender_id ORDER BY rowid LIMIT ${countMax})
    WHERE received_at < ${before})`).changes;
}
