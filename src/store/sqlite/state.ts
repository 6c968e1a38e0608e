import type Sqlite from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EffectResult, StateArgs } from '../../core/effect.ts';
import { operateState, type StateRow } from '../../core/state.ts';

/**
 * Makes the function that performs one operation at a time `now`, in milliseconds since the epoch, within
 * the transaction of whoever calls it. A key whose time is over is missing, deleted yet or not.
 */
export function prepareState(
  sqlite: Sqlite.Database,
): (args: StateArgs, now: number) => EffectResult {
  const find = sqlite.prepare<[string, number], StateRow>(
    `SELECT value, expires_at AS expiresAt FROM state
     WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)`,
  );
  const put = sqlite.prepare(
    `INSERT INTO state (key, value, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
  );
  const remove = sqlite.prepare('DELETE FROM state WHERE key = ?');

  return (args, now) => {
    const { key } = args;
    const { result, change } = operateState(args, now, () => find.get(key, now));
    if (change === 'delete') remove.run(key);
    else if (change !== undefined) put.run(key, change.put.value, change.put.expiresAt);
    return result;
  };
}

/** Deletes keys whose time is over, those that ended first before others. Returns how many. */
export function expireState(db: BetterSQLite3Database, now: number, countMax: number): number {
  const { changes } = db.run(sql`
    DELETE FROM state WHERE rowid IN
      (SELECT rowid FROM state WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ${countMax})`);
  return changes;
}
