import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { CapturedEvent } from '../../core/event.ts';
import { SCHEDULE_METHOD } from '../../core/schedule-event.ts';
import type { DueTimeClaim, DueTimeOutcome, KnownSchedule } from '../../engine/ports.ts';
import type { EventWriter } from './event-writes.ts';
import { OPEN, scheduleTable } from './schema.ts';

type Transaction = Parameters<Parameters<BetterSQLite3Database['transaction']>[0]>[0];

/** See `ScheduleStore.keepSchedules`. */
export function keepSchedules(
  db: BetterSQLite3Database,
  schedules: readonly KnownSchedule[],
  now: number,
): number[] {
  return db.transaction(
    (tx) => {
      const stored = tx.select().from(scheduleTable).all();
      const known = new Map(stored.map((row) => [row.automation, row]));
      const lasts = schedules.map(({ automation, definition }) => {
        const row = known.get(automation);
        known.delete(automation);
        const lastAt = row?.definition === definition ? Math.min(row.lastAt, now) : now;
        if (row === undefined || row.definition !== definition || row.lastAt !== lastAt) {
          tx.insert(scheduleTable)
            .values({ automation, definition, lastAt })
            .onConflictDoUpdate({ target: scheduleTable.automation, set: { definition, lastAt } })
            .run();
        }
        return lastAt;
      });
      for (const name of known.keys()) {
        tx.delete(scheduleTable).where(eq(scheduleTable.automation, name)).run();
      }
      return lasts;
    },
    { behavior: 'immediate' },
  );
}

/** See `ScheduleStore.claimDueTime`. */
export function claimDueTime(
  db: BetterSQLite3Database,
  events: EventWriter,
  claim: DueTimeClaim,
): DueTimeOutcome {
  const { automation, definition, scheduledAt, event, alone } = claim;
  return db.transaction(
    (tx) => {
      const decided = tx
        .update(scheduleTable)
        .set({ lastAt: scheduledAt })
        .where(
          sql`automation = ${automation} AND definition = ${definition} AND last_at < ${scheduledAt}`,
        )
        .run();
      if (decided.changes === 0) return 'gone';
      if (event === undefined) return 'taken';
      if (isStored(tx, event.id)) return 'gone';
      if (alone && isOpen(tx, automation)) return 'overlap';
      events.capture(event);
      countBody(tx, event);
      return 'taken';
    },
    { behavior: 'immediate' },
  );
}

function isStored(tx: Transaction, id: string): boolean {
  return tx.get(sql`SELECT 1 FROM event WHERE id = ${id}`) !== undefined;
}

function isOpen(tx: Transaction, automation: string): boolean {
  // Crossed, because the planner would go through all events of messages and schedules instead.
  const pending = tx.get(sql`
    SELECT 1 FROM pending_event CROSS JOIN event ON event.id = event_id
    WHERE webhook_id = '' AND method = ${SCHEDULE_METHOD} AND path = ${automation} LIMIT 1`);
  if (pending !== undefined) return true;
  const run = tx.get(
    sql`SELECT 1 FROM run WHERE automation = ${automation} AND ${sql.raw(OPEN)} LIMIT 1`,
  );
  return run !== undefined;
}

/** As the batches of `write.ts` count theirs. */
function countBody(tx: Transaction, event: CapturedEvent): void {
  tx.run(sql`
    INSERT INTO storage (name, bytes) VALUES ('bodies', ${event.body.length})
    ON CONFLICT (name) DO UPDATE SET bytes = bytes + excluded.bytes`);
}
