import type Sqlite from 'better-sqlite3';
import type { PruneCall } from './protocol.ts';
import { STATUS_CODES } from './schema.ts';

/**
 * Most events that one transaction deletes; captures wait that long. With their runs 1 ms, and 4 ms where
 * the log is copied back.
 */
const STEP_EVENTS_MAX = 128;
/** Bytes of bodies after which a transaction ends: freeing the pages of 8 MB takes 0.3 ms, at most 11. */
const STEP_BYTES_MAX = 8 * 1024 * 1024;
/** Pages that one step gives back to the file system: 2 MB in 0.5 ms, at most 12. */
const VACUUM_STEP_PAGES = 256;
/** Free pages that stay in the file, 16 MB: new events fill them, and giving back costs moving others. */
const FREE_PAGES_KEPT = 2048;

/** Deletes in steps; whoever drives it lets other work in between two of them. */
export interface Pruner {
  /** One transaction: how many events went, and whether more are due within `countMax`. */
  step(call: PruneCall): { readonly pruned: number; readonly more: boolean };
  /** Gives a few free pages back to the file system; `false` when there is nothing to give. */
  vacuumStep(): boolean;
}

interface Row {
  readonly rowid: number;
  readonly id: string;
  readonly receivedAt: number;
  readonly bodySize: number;
}

export function preparePrune(sqlite: Sqlite.Database): Pruner {
  // In the order of the primary key, because ids sort by time. Read row by row up to the first event that
  // stays, so that a call without work does not read the table.
  const oldest = sqlite.prepare<[number], Row>(
    `SELECT rowid, id, received_at AS receivedAt, length(body) AS bodySize FROM event
     WHERE status <> ${STATUS_CODES.pending} ORDER BY id LIMIT ?`,
  );
  const bodyBytes = sqlite
    .prepare<[], number>("SELECT bytes FROM storage WHERE name = 'bodies'")
    .pluck();
  const deleteRuns = sqlite.prepare('DELETE FROM run WHERE event_id = ?');
  const deleteEvent = sqlite.prepare('DELETE FROM event WHERE rowid = ?');
  const subtract = sqlite.prepare("UPDATE storage SET bytes = bytes - ? WHERE name = 'bodies'");

  function due(call: PruneCall): Row[] {
    let stored = bodyBytes.get() ?? 0;
    let size = 0;
    const rows: Row[] = [];
    for (const row of oldest.iterate(Math.min(call.countMax, STEP_EVENTS_MAX))) {
      if (row.receivedAt >= call.before && stored <= call.bytesMax) break;
      if (rows.length > 0 && size + row.bodySize > STEP_BYTES_MAX) break;
      rows.push(row);
      stored -= row.bodySize;
      size += row.bodySize;
    }
    return rows;
  }

  return {
    step: sqlite.transaction((call: PruneCall) => {
      const rows = due(call);
      for (const row of rows) {
        deleteRuns.run(row.id);
        deleteEvent.run(row.rowid);
      }
      const freed = rows.reduce((sum, row) => sum + row.bodySize, 0);
      if (freed > 0) subtract.run(freed);
      return { pruned: rows.length, more: rows.length > 0 && rows.length < call.countMax };
    }).immediate,
    vacuumStep: () => {
      const free = Number(sqlite.pragma('freelist_count', { simple: true }));
      if (free <= FREE_PAGES_KEPT) return false;
      sqlite.pragma(`incremental_vacuum(${Math.min(free - FREE_PAGES_KEPT, VACUUM_STEP_PAGES)})`);
      return true;
    },
  };
}
