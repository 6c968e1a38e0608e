import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { RunRecord } from '../../core/run.ts';
import { findRun } from './runs.ts';
import { RUN_STATUS_CODES } from './schema.ts';

/**
 * Takes what is due and what an owner that is gone has left behind, in the order of the moments since which
 * it may be taken. See `RunStore.claim`.
 */
export function claimRuns(
  db: BetterSQLite3Database,
  owner: string,
  now: number,
  leaseMs: number,
  countMax: number,
): RunRecord[] {
  // Each half reads no more of its index than it may give.
  const due = sql`
    SELECT id FROM (
      SELECT * FROM (SELECT id, due_at AS since FROM run
        WHERE due_at <= ${now} ORDER BY due_at LIMIT ${countMax})
      UNION ALL
      SELECT * FROM (SELECT id, lease_until AS since FROM run
        WHERE lease_until <= ${now} ORDER BY lease_until LIMIT ${countMax})
    ) ORDER BY since, id LIMIT ${countMax}`;
  return db.transaction(
    (tx) =>
      tx.all<{ id: string }>(due).map(({ id }) => {
        tx.run(sql`
          UPDATE run SET status = ${RUN_STATUS_CODES.running}, due_at = NULL, lease_owner = ${owner},
            lease_until = ${now + leaseMs} WHERE id = ${id}`);
        return findRun(tx, id) as RunRecord;
      }),
    { behavior: 'immediate' },
  );
}

/** See `RunStore.renew`. */
export function renewLeases(
  db: BetterSQLite3Database,
  owner: string,
  runIds: readonly string[],
  until: number,
): string[] {
  // One text for all ids: a statement takes at most 32,766 values (sqlite.org/limits.html).
  const renewed = db.all<{ id: string }>(sql`
    UPDATE run SET lease_until = ${until}
    WHERE id IN (SELECT value FROM json_each(${JSON.stringify(runIds)})) AND lease_owner = ${owner}
    RETURNING id`);
  const ids = new Set(renewed.map(({ id }) => id));
  return runIds.filter((id) => ids.has(id));
}
