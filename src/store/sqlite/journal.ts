import type Sqlite from 'better-sqlite3';
import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EffectResult, JournalEntry } from '../../core/effect.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { EffectPlace } from '../../engine/ports.ts';
import type { SqlValue } from './batch.ts';
import { journalTable } from './schema-effects.ts';

/** Writes a run's journal, within the transaction of whoever calls it. */
export interface JournalWriter {
  /** @param entry run, number, step, kind, time, arguments */
  begin(entry: readonly SqlValue[]): void;
  /** Throws `internal` where the entry has not begun, or has a result already. */
  end(place: EffectPlace, /** JSON */ result: string): void;
  /** The JSON of a result; `undefined` while there is none. Throws `internal` where nothing has begun. */
  result(place: EffectPlace): string | undefined;
  forget(runId: string, number: number): void;
}

export function prepareJournal(sqlite: Sqlite.Database): JournalWriter {
  const begin = sqlite.prepare(
    `INSERT INTO journal (run_id, number, step, kind, began_at, args) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const end = sqlite.prepare(
    `UPDATE journal SET ended_at = ?, arrival = ?, result = ?
     WHERE run_id = ? AND number = ? AND ended_at IS NULL`,
  );
  const result = sqlite
    .prepare<[string, number], string | null>(
      'SELECT result FROM journal WHERE run_id = ? AND number = ?',
    )
    .pluck();
  const forget = sqlite.prepare('DELETE FROM journal WHERE run_id = ? AND number = ?');

  return {
    begin: (entry) => void begin.run(entry),
    end: ({ runId, number, at, arrival }, json) => {
      if (end.run(at, arrival, json, runId, number).changes === 1) return;
      throw notUnderWay(runId, number, result.get(runId, number) !== undefined);
    },
    result: ({ runId, number }) => {
      const json = result.get(runId, number);
      if (json === undefined) throw notUnderWay(runId, number, false);
      return json ?? undefined;
    },
    forget: (runId, number) => void forget.run(runId, number),
  };
}

export function listJournal(db: BetterSQLite3Database, runId: string): JournalEntry[] {
  return db
    .select()
    .from(journalTable)
    .where(eq(journalTable.runId, runId))
    .orderBy(asc(journalTable.number))
    .all()
    .map(toEntry);
}

function toEntry(row: typeof journalTable.$inferSelect): JournalEntry {
  const { runId: _, endedAt, arrival, result, ...begun } = row;
  if (endedAt === null || arrival === null || result === null) return begun;
  return {
    ...begun,
    ended: { at: endedAt, arrival, result: JSON.parse(result) as EffectResult },
  };
}

function notUnderWay(runId: string, number: number, begun: boolean): HookwrightError {
  return new HookwrightError(
    'internal',
    `Expected effect ${number} of the run ${runId} to be under way, got one that has ${begun ? 'ended already' : 'not begun'}.`,
  );
}
