import type Sqlite from 'better-sqlite3';
import type { PruneCall } from './protocol.ts';
import { RUN_STATUS_CODES } from './schema.ts';

/**
 * Events or messages that one transaction looks at, and deletes at most; captures wait that long. With their runs
 * 1 ms, and 4 ms where the log is copied back.
 */
export const STEP_ROWS = 128;
/** Bytes of bodies and journals after which a transaction ends: freeing the pages of 8 MB takes 0.3 ms, at most 11. */
const STEP_BYTES_MAX = 8 * 1024 * 1024;
/** Pages that one step gives back to the file system: 2 MB in 0.5 ms, at most 12. */
const VACUUM_STEP_PAGES = 256;
/** Free pages that stay in the file, 16 MB: new events fill them, and giving back costs moving others. */
const FREE_PAGES_KEPT = 2048;

/** Deletes in steps; whoever drives it lets other work in between two of them. */
export interface Pruner {
  /**
   * One transaction on events, or messages, after the one of id `after`: how many went, up to which id was looked,
   * and whether more may be due within `countMax`. Going on from there, no step passes again over those that have
   * to stay.
   */
  step(call: PruneCall, after: string): PruneStep;
  /** Gives a few free pages back to the file system; `false` when there is nothing to give. */
  vacuumStep(): boolean;
}

export interface PruneStep {
  readonly pruned: number;
  readonly last: string;
  readonly more: boolean;
}

/** What a step found: those that are to go, and where the next one begins. */
interface Found<T> extends Omit<PruneStep, 'pruned'> {
  readonly due: readonly T[];
  /** What deleting them takes from what is stored. */
  readonly bytes: number;
}

/** One of those that may go, in the order of their ids, which is that of their times. */
export interface Candidate {
  readonly id: string;
  readonly at: number;
  /** 1 where something of it is open, or else 0. */
  readonly open: number;
}

/** How to look for what is due. */
export interface Search<T> {
  readonly stored: number;
  /** Whether one that is too old goes although something of it is open. */
  readonly takesOpen: boolean;
  /** Bytes that count against what may be stored, and those that deleting it frees. */
  readonly sizeOf: (row: T) => { readonly stored: number; readonly freed: number };
}

/** @param rows those after `after`, at most `STEP_ROWS` */
export function findDue<T extends Candidate>(
  rows: Iterable<T>,
  { before, bytesMax, countMax }: PruneCall,
  after: string,
  { stored, takesOpen, sizeOf }: Search<T>,
): Found<T> {
  const due: T[] = [];
  let bytes = 0;
  let freed = 0;
  let last = after;
  let looked = 0;
  for (const row of rows) {
    const isOld = row.at < before;
    // Those behind it are younger: where it need not go, none of them must.
    const isDue = isOld || stored - bytes > bytesMax;
    if (!isDue || due.length === countMax) return { due, bytes, last, more: false };
    if (row.open === 0 || (isOld && takesOpen)) {
      const size = sizeOf(row);
      const isFull = due.length > 0 && freed + size.freed > STEP_BYTES_MAX;
      if (isFull) return { due, bytes, last, more: true };
      due.push(row);
      bytes += size.stored;
      freed += size.freed;
    }
    last = row.id;
    looked++;
  }
  return { due, bytes, last, more: looked === STEP_ROWS && due.length < countMax };
}

interface Row extends Candidate {
  readonly rowid: number;
  /** Bytes of body and data. */
  readonly size: number;
}

export function preparePrune(sqlite: Sqlite.Database): Pruner {
  // In the order of the primary key, because ids sort by time. Read row by row up to the first event that
  // stays for its time, so that a call without work does not read the table.
  const oldest = sqlite.prepare<[string], Row>(
    `SELECT rowid, id, received_at AS at, length(body) + ifnull(octet_length(data), 0) AS size,
       EXISTS (SELECT 1 FROM pending_event WHERE event_id = event.id)
       OR EXISTS (SELECT 1 FROM run WHERE event_id = event.id AND status <= ${RUN_STATUS_CODES.waiting})
       AS open FROM event WHERE id > ? ORDER BY id LIMIT ${STEP_ROWS}`,
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

  const search = (): Search<Row> => ({
    stored: bodyBytes.get() ?? 0,
    takesOpen: false,
    sizeOf: ({ id, size }) => ({ stored: size, freed: size + (journalBytes.get(id) ?? 0) }),
  });

  return {
    step: sqlite.transaction((call: PruneCall, after: string): PruneStep => {
      const { due, bytes, last, more } = findDue(oldest.iterate(after), call, after, search());
      for (const row of due) {
        deleteJournals.run(row.id);
        deleteRuns.run(row.id);
        deleteEvent.run(row.rowid);
      }
      if (bytes > 0) subtract.run(bytes);
      return { pruned: due.length, last, more };
    }).immediate,
    vacuumStep: () => {
      const free = Number(sqlite.pragma('freelist_count', { simple: true }));
      if (free <= FREE_PAGES_KEPT) return false;
      sqlite.pragma(`incremental_vacuum(${Math.min(free - FREE_PAGES_KEPT, VACUUM_STEP_PAGES)})`);
      return true;
    },
  };
}
