import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { RUN_STATUS_CODES, STATUS_CODES } from '../../src/store/sqlite/schema.ts';
import { DELIVERY_STATUS_CODES } from '../../src/store/sqlite/schema-hooks.ts';

interface EventRow {
  readonly id: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly headers: string;
  readonly body: Buffer;
}

export interface RunRow {
  readonly id: string;
  readonly eventId: string;
  readonly automation: string;
  readonly binding: number;
  readonly status: number;
  readonly attempt: number;
  readonly caller: string | null;
  readonly failure: string | null;
  readonly answerStatus: number | null;
  readonly answerBody: string | Buffer | null;
}

interface EntryRow {
  readonly runId: string;
  readonly number: number;
  readonly kind: string;
  /** JSON. */
  readonly args: string;
  readonly endedAt: number | null;
}

/** What the database holds, read from outside the server. */
export interface Snapshot {
  /** What SQLite finds wrong with the file; `ok`. */
  readonly integrity: string;
  readonly events: ReadonlyMap<string, EventRow>;
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly journal: readonly EntryRow[];
  /** Numbers in the journal, by run. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
  readonly state: ReadonlyMap<string, unknown>;
  readonly messages: readonly {
    readonly id: string;
    readonly runId: string;
    readonly to: string;
  }[];
  /** In the order in which they were made. */
  readonly deliveries: readonly DeliveryRow[];
}

interface DeliveryRow {
  readonly messageId: string;
  /** Name of its hook. */
  readonly hook: string;
  readonly status: number;
}

/**
 * Reads a copy of the files as a dead process left them. Not the files themselves: SQLite recovers them as
 * it opens them, and that is the next process's work.
 */
export function readSnapshot(dir: string): Snapshot | undefined {
  if (!existsSync(join(dir, 'data/hookwright.db'))) return undefined;
  const copy = mkdtempSync(join(dir, 'copy-'));
  for (const name of ['hookwright.db', 'hookwright.db-wal']) {
    const file = join(dir, 'data', name);
    if (existsSync(file)) copyFileSync(file, join(copy, name));
  }
  const db = new Sqlite(join(copy, 'hookwright.db'));
  try {
    return read(db);
  } finally {
    db.close();
    rmSync(copy, { recursive: true });
  }
}

function read(db: Sqlite.Database): Snapshot | undefined {
  const integrity = db.pragma('integrity_check', { simple: true }) as string;
  const made = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'journal'`).get();
  if (made === undefined && integrity === 'ok') return undefined; // Killed before its first migration.
  const all = <T>(sql: string): T[] => db.prepare<[], T>(sql).all();
  const byId = <T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> =>
    new Map(rows.map((row) => [row.id, row]));
  const journal = all<EntryRow>(
    'SELECT run_id AS runId, number, kind, args, ended_at AS endedAt FROM journal',
  );
  const lines = new Map<string, Set<number>>();
  for (const { runId, number } of journal) {
    lines.set(runId, (lines.get(runId) ?? new Set()).add(number));
  }
  return {
    integrity,
    events: byId(
      all<EventRow>('SELECT id, status, method, path, query, headers, body FROM event ORDER BY id'),
    ),
    runs: byId(
      all<RunRow>(`SELECT id, event_id AS eventId, automation, binding, status, attempt,
        caller_run AS caller, failure, answer_status AS answerStatus, answer_body AS answerBody FROM run`),
    ),
    journal,
    lines,
    state: new Map(
      all<{ key: string; value: string }>('SELECT key, value FROM state').map(({ key, value }) => [
        key,
        JSON.parse(value),
      ]),
    ),
    messages: all('SELECT id, run_id AS runId, "to" FROM message'),
    deliveries: all(`SELECT delivery.message_id AS messageId, hook.name AS hook, delivery.status
      FROM delivery JOIN hook ON hook.id = delivery.hook_id ORDER BY delivery.rowid`),
  };
}

/** What a running server has still to do. */
export interface Open {
  readonly pendingEvents: number;
  readonly running: number;
  /** Deliveries whose attempt is under way. */
  readonly sending: number;
  /** When the first and the last of the runs and deliveries that rest are due; `null` where none rests. */
  readonly firstDueAt: number | null;
  readonly lastDueAt: number | null;
}

/** Looks into the database of a running server, which SQLite lets others read. */
export class Window {
  readonly #db: Sqlite.Database;

  constructor(dir: string) {
    this.#db = new Sqlite(join(dir, 'data/hookwright.db'), { readonly: true });
  }

  open(): Open {
    const { running } = RUN_STATUS_CODES;
    const { sending } = DELIVERY_STATUS_CODES;
    const due = 'SELECT due_at FROM run UNION ALL SELECT due_at FROM delivery';
    return this.#db
      .prepare<[], Open>(
        `SELECT (SELECT count(*) FROM event WHERE status = ${STATUS_CODES.pending}) AS pendingEvents,
          (SELECT count(*) FROM run WHERE status = ${running}) AS running,
          (SELECT count(*) FROM delivery WHERE status = ${sending}) AS sending,
          (SELECT min(due_at) FROM (${due})) AS firstDueAt,
          (SELECT max(due_at) FROM (${due})) AS lastDueAt`,
      )
      .get() as Open;
  }

  keys(): readonly string[] {
    return this.#db.prepare<[], string>('SELECT key FROM state').pluck().all();
  }

  close(): void {
    this.#db.close();
  }
}
