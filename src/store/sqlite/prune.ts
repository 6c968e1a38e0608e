import type Sqlite from 'better-sqlite3';
import type { PruneCall } from './protocol.ts';
import { RUN_STATUS_CODES } from './schema.ts';

/**
 * Most events that one transaction deletes; captures wait that long. With their runs 1 ms, and 4 ms where
 * the log is copied back.
 */
const STEP_EVENTS_MAX = 128;
/** Bytes of bodies and journals after which a transaction ends: freeing the pages of 8 MB takes 0.3 ms, at most 11. */
const STEP_BYTES_MAX = 8 * 1024 * 1024;
/** Pages that one step gives back to the file system: 2 MB in 0.5 ms, at most 12. */
const VACUUM_STEP_PAGES = 256;
/** Free pages that stay in the file, 16 MB: new events fill them, and giving back costs moving others. */
const FREE_PAGES_KEPT = 2048;

/** Deletes in steps; whoever drives it lets other work in between two of them. */
export interface Pruner {
  /**
   * One transaction on events after the one of id `after`: how many went, up to which id, and whether more
   * are due within `countMax`. Going on from there, no step passes again over events that have to stay.
   */
  step(call: PruneCall, after: string): PruneStep;
  /** Gives a few free pages back to the file system; `false` when there is nothing to give. */
  vacuumStep(): boolean;
}

interface PruneStep {
  readonly pruned: number;
  readonly last: string;
  readonly more: boolean;
}

interface Row {
  readonly rowid: number;
  readonly id: string;
  readonly receivedAt: number;
  /** Bytes of body and data. */
  readonly size: number;
}

export function preparePrune(sqlite: Sqlite.Database): Pruner {
  // In the order of the primary key, because ids sort by time. Read row by row up to the first event that
  // stays, so that a call without work does not read the table.
  const oldest = sqlite.prepare<[string, number], Row>(
    `SELECT rowid, id, received_at AS receivedAt,
       length(body) + ifnull(octet_length(data), 0) AS size FROM event
     WHERE id > ? AND NOT EXISTS (SELECT 1 FROM pending_event WHERE event_id = event.id)
       AND NOT EXISTS (SELECT 1 FROM run WHERE event_id = event.id AND status <= ${RUN_STATUS_CODES.waiting})
     ORDER BY id LIMIT ?`,
  );
  const journalBytes = sqlite
    .prepare<[string], number>(
      `SELECT ifnull(sum(octet_length(args) + ifnull(octet_length(result), 0)), 0) FROM journal
       WHERE run_id IN (SELECT id FROM run WHERE event_id = ?)`,
    )
    .pluck();
  const bodyBytes = sqlite
    .prepare<[], number>("SELECT bytes FROM storage WHERE name = 'bodies'")
    .pluck();
  const deleteJournals = sqlite.prepare(
    'DELETE FROM journal WHERE run_id IN (SELECT id FROM run WHERE event_id = ?)',
  );
  const deleteRuns = sqlite.prepare('DELETE FROM run WHERE event_id = ?');
  const deleteEvent = sqlite.prepare('DELETE FROM event WHERE rowid = ?');
  const subtract = sqlite.prepare("UPDATE storage SET bytes = bytes - ? WHERE name = 'bodies'");

  function due(call: PruneCall, after: string): Row[] {
    let stored = bodyBytes.get() ?? 0;
    let size = 0;
    const rows: Row[] = [];
    for (const row of oldest.iterate(after, Math.min(call.countMax, STEP_EVENTS_MAX))) {
      if (row.receivedAt >= call.before && stored <= call.bytesMax) break;
      const bytes = row.size + (journalBytes.get(row.id) ?? 0);
      if (rows.length > 0 && size + bytes > STEP_BYTES_MAX) break;
      rows.push(row);
      stored -= row.size;
      size += bytes;
    }
    return rows;
  }

  return {
    step: sqlite.transaction((call: PruneCall, after: string): PruneStep => {
      const rows = due(call, after);
      for (const row of rows) {
        deleteJournals.run(row.id);
        deleteRuns.run(row.id);
        deleteEvent.run(row.rowid);
      }
      const freed = rows.reduce((sum, row) => sum + row.size, 0);
      if (freed > 0) subtract.run(freed);
      return {
        pruned: rows.length,
        last: rows.at(-1)?.id ?? after,
        more: rows.length > 0 && rows.length < call.countMax,
      };
    }).immediate,
    vacuumStep: () => {
      const free = Number(sqlite.pragma('freelist_count', { simple: true }));
      if (free <= FREE_PAGES_KEPT) return false;
      sqlite.pragma(`incremental_vacuum(${Math.min(free - FREE_PAGES_KEPT, VACUUM_STEP_PAGES)})`);
      return true;
    },
  };
}
