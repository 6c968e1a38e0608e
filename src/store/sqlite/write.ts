import type Sqlite from 'better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import { type SqlValue, STATUS_POSITION, type Write } from './batch.ts';
import { storeFailed } from './failure.ts';

/** One entry per write: `undefined` when it is on disk, or why it is not. */
export type WriteResults = readonly (HookwrightError | undefined)[];

/**
 * The hot path, in statements prepared once and bound by position. drizzle's prepared insert makes a commit
 * of 64 captures cost 1.06 to 1.11 times the CPU (`bench/store.js`), and more so settling with its three
 * statements; what it would give, values by name and converted, `batch.ts` has done already.
 */
export function prepareWrites(sqlite: Sqlite.Database): (writes: readonly Write[]) => WriteResults {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const insertEvent = sqlite.prepare(
    `INSERT INTO event (id, webhook_id, received_at, status, method, path, query, headers, client_ip, body)
     VALUES (${marks(10)})`,
  );
  const settleEvent = sqlite.prepare('UPDATE event SET status = ? WHERE id = ?');
  const insertRun = sqlite.prepare(
    `INSERT INTO run (id, event_id, webhook_id, automation, revision, binding, status, started_at,
       ended_at, cpu_ms, failure, logs, answer_status, answer_headers, answer_body)
     VALUES (${marks(15)})`,
  );
  const addBytes = sqlite.prepare(
    `INSERT INTO storage (name, bytes) VALUES ('bodies', ?)
     ON CONFLICT (name) DO UPDATE SET bytes = bytes + excluded.bytes`,
  );

  function commitTogether(writes: readonly Write[]): void {
    const settled = settledAtOnce(writes);
    let bodyBytes = 0;
    begin.run();
    for (const write of writes) {
      if (write.kind === 'capture') {
        insertEvent.run(withStatus(write.values, settled.get(write.eventId)));
        bodyBytes += write.bodySize;
        continue;
      }
      if (
        !settled.has(write.eventId) &&
        settleEvent.run(write.status, write.eventId).changes === 0
      ) {
        throw new HookwrightError(
          'event.not_found',
          `Expected the event ${write.eventId} to be stored before it is settled, got none of this id.`,
        );
      }
      for (const run of write.runs) insertRun.run(run);
    }
    if (bodyBytes > 0) addBytes.run(bodyBytes);
    commit.run();
  }

  function attempt(writes: readonly Write[]): unknown {
    try {
      commitTogether(writes);
      return undefined;
    } catch (error) {
      // SQLite has rolled back by itself after some errors (sqlite.org/lang_transaction.html).
      if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
      return error;
    }
  }

  return (writes) => {
    const error = attempt(writes);
    if (error === undefined) return [];
    // One by one, so that the bad one fails alone. Not when the wait for the lock was in vain: every
    // further try would wait as long again.
    const retry = writes.length > 1 && !isBusy(error);
    return writes.map((write) => {
      const failure = retry ? attempt([write]) : error;
      return failure === undefined ? undefined : storeFailed(job(write), failure);
    });
  };
}

/**
 * Events that one commit both captures and settles: written once with their last status, they cost 13.5
 * instead of 18.5 µs, without the entry in the index of pending ones, its removal, and the update.
 */
function settledAtOnce(writes: readonly Write[]): ReadonlyMap<string, number> {
  const captured = new Set<string>();
  const settled = new Map<string, number>();
  for (const write of writes) {
    if (write.kind === 'capture') captured.add(write.eventId);
    else if (captured.has(write.eventId)) settled.set(write.eventId, write.status);
  }
  return settled;
}

function withStatus(values: readonly SqlValue[], status: number | undefined): SqlValue[] {
  return status === undefined ? (values as SqlValue[]) : values.with(STATUS_POSITION, status);
}

function job(write: Write): string {
  if (write.kind === 'settle') return `settle the event ${write.eventId}`;
  return `store the event ${write.eventId}`;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}
