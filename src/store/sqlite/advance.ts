import type Sqlite from 'better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import type { SqlValue } from './batch.ts';
import { PLAIN_COLUMNS, RUN_COLUMNS, runColumn, type StepWrite } from './batch-run.ts';
import type { JournalWriter } from './journal.ts';
import { RUN_STATUS_CODES } from './schema.ts';

const { queued, running, waiting } = RUN_STATUS_CODES;
const ID = runColumn('id');
const STATUS = runColumn('status');
const ATTEMPT = runColumn('attempt');
const DUE_AT = runColumn('due_at');
const COLUMNS = [...RUN_COLUMNS, 'lease_owner', 'lease_until'];
/**
 * Columns at the start that no step changes: id, event, webhook, automation. An update that names a column
 * takes its entry out of every index on it and puts it back, changed or not.
 */
const FIXED = RUN_COLUMNS.indexOf('automation') + 1;

interface Stored {
  readonly status: number;
  readonly attempt: number;
  readonly leaseOwner: string | null;
}

/**
 * Makes the function that writes one step, within the transaction of whoever calls it; `RunStore.advance`
 * says what is refused. The event's status is the caller's.
 */
export function prepareAdvance(
  sqlite: Sqlite.Database,
  journal: JournalWriter,
): (step: StepWrite) => void {
  const find = sqlite.prepare<[string], Stored>(
    'SELECT status, attempt, lease_owner AS leaseOwner FROM run WHERE id = ?',
  );
  const insert = sqlite.prepare(insertInto(COLUMNS));
  const changes = COLUMNS.slice(FIXED).map((name) => `${name} = ?`);
  const update = sqlite.prepare(`UPDATE run SET ${changes.join(', ')} WHERE id = ?`);

  return (step) => {
    const { runId, run, lease } = step;
    const stored = find.get(runId);
    refuse(step, stored);
    const held = run[STATUS] === running ? lease : undefined;
    const [owner, until] = [held?.owner ?? null, held?.until ?? null];
    if (stored === undefined) insert.run(...run, owner, until);
    else update.run(...run.slice(FIXED), owner, until, runId);
    for (const number of step.forgotten) journal.forget(runId, number);
    for (const entry of step.begun) journal.begin(entry);
    for (const { result, ...ended } of step.ended) journal.end({ runId, ...ended }, result);
  };
}

/** Makes the function that writes a new run without a lease, within the transaction of whoever calls it. */
export function prepareInsertRun(sqlite: Sqlite.Database): (run: readonly SqlValue[]) => void {
  const insertPlain = sqlite.prepare(insertInto(PLAIN_COLUMNS));
  const insertWhole = sqlite.prepare(insertInto(RUN_COLUMNS));
  return (run) => {
    refuseUnreachable(run, false);
    if (run.length === PLAIN_COLUMNS.length) insertPlain.run(run);
    else insertWhole.run(run);
  };
}

/**
 * Throws `internal` for a run that nobody would ever take up: one that is running without a lease, or queued
 * without a time; and for a time where none has a meaning, which `claim` would go by.
 */
function refuseUnreachable(run: readonly SqlValue[], leased: boolean): void {
  const [id, status, dueAt] = [run[ID], run[STATUS], run[DUE_AT] ?? null];
  if (status === running && !leased) throw breach(`a lease for the running run ${id}`, 'none');
  if (status === queued && dueAt === null)
    throw breach(`a due time of the queued run ${id}`, 'none');
  if (status !== queued && status !== waiting && dueAt !== null) {
    throw breach(`a due time for queued and waiting runs alone`, `one for the run ${id}`);
  }
}

function refuse(step: StepWrite, stored: Stored | undefined): void {
  const { runId, run, lease, forgotten } = step;
  refuseUnreachable(run, lease !== undefined);
  const attempt = run[ATTEMPT] as number;
  if (forgotten.length > 0 && (stored === undefined || attempt <= stored.attempt)) {
    throw breach(`a later attempt of the run ${runId} to forget effects`, `attempt ${attempt}`);
  }
  if (stored === undefined) return;
  if (stored.status > waiting) {
    if (run[STATUS] === queued && attempt === stored.attempt + 1) return;
    throw leaseLost(
      `Expected the run ${runId} to be open, got one that has ended with attempt ${stored.attempt}.`,
      'Queue it again with its next attempt, or leave it as it is.',
    );
  }
  if (lease === undefined || stored.leaseOwner === null || stored.leaseOwner === lease.owner)
    return;
  throw leaseLost(
    `Expected the lease of the run ${runId} to be held by ${lease.owner}, got one held by ${stored.leaseOwner}.`,
    'Leave the run to its owner; it can be claimed when its lease has expired.',
  );
}

function insertInto(columns: readonly string[]): string {
  return `INSERT INTO run (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

function leaseLost(message: string, next: string): HookwrightError {
  return new HookwrightError('run.lease_lost', message, { next });
}

function breach(expected: string, got: string): HookwrightError {
  return new HookwrightError('internal', `Expected ${expected}, got ${got}.`);
}
