import type Sqlite from 'better-sqlite3';
import { and, asc, eq, ne } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import type { HookRecord, HookSettings } from '../../core/hook.ts';
import type { HookHealth } from '../../core/hook-health.ts';
import { hookTable } from './schema-hooks.ts';

type Db = Pick<BetterSQLite3Database, 'select' | 'insert' | 'update'>;

/** Stores a hook within the transaction of whoever calls it. Returns its number. */
export function insertHook(db: Db, hook: Omit<HookRecord, 'number'>): number {
  refuseTakenName(db, hook);
  const row = { ...toRow(hook), ...healthRow(hook) };
  return db.insert(hookTable).values(row).returning({ number: hookTable.number }).get().number;
}

/** See `HookStore.updateHook`; within the transaction of whoever calls it. */
export function replaceHook(db: Db, hook: Omit<HookRecord, 'number'>, reset: boolean): HookRecord {
  refuseTakenName(db, hook);
  const row = reset ? { ...toRow(hook), ...healthRow(hook) } : toRow(hook);
  const stored = db.update(hookTable).set(row).where(eq(hookTable.id, hook.id)).returning().get();
  if (stored === undefined) throw notFound(hook.id);
  return toHook(stored);
}

export function deleteHook(db: BetterSQLite3Database, id: string): void {
  const { changes } = db.delete(hookTable).where(eq(hookTable.id, id)).run();
  if (changes === 0) throw notFound(id);
}

export function listHooks(db: BetterSQLite3Database): HookRecord[] {
  return db.select().from(hookTable).orderBy(asc(hookTable.name)).all().map(toHook);
}

/** Writes what attempts change of a hook. */
export type HealthWriter = (
  id: string,
  change: Pick<HookRecord, 'status' | 'health' | 'disabled'>,
) => void;

export function prepareHealth(sqlite: Sqlite.Database): HealthWriter {
  const update = sqlite.prepare(
    `UPDATE hook SET status = ?, failures = ?, failing_since = ?, warned = ?, disabled_at = ?,
       disabled_why = ? WHERE id = ?`,
  );
  return (id, { status, health, disabled }) => {
    const { failures, failingSince, warned } = health;
    const why = [disabled?.at ?? null, disabled?.why ?? null];
    update.run(status, failures, failingSince ?? null, warned, ...why, id);
  };
}

export function notFound(ref: string): HookwrightError {
  return new HookwrightError(
    'hook.not_found',
    `Expected the name or id of a hook, got "${ref}", which there is none of.`,
    { next: 'List them with `hookwright hook list`.' },
  );
}

function refuseTakenName(db: Db, hook: Pick<HookRecord, 'id' | 'name'>): void {
  const taken = db
    .select({ id: hookTable.id })
    .from(hookTable)
    .where(and(eq(hookTable.name, hook.name), ne(hookTable.id, hook.id)))
    .get();
  if (taken === undefined) return;
  throw new HookwrightError(
    'hook.name_taken',
    `Expected a name that no hook has, got "${hook.name}", the name of ${taken.id}.`,
    { next: 'Choose another name, or change that hook.' },
  );
}

type Row = typeof hookTable.$inferSelect;
type HealthRow = Pick<Row, 'failures' | 'failingSince' | 'warned' | 'disabledAt' | 'disabledWhy'>;

function toRow(hook: Omit<HookRecord, 'number'>): Omit<Row, 'number' | keyof HealthRow> {
  const { id, name, status, activatedAt = null, createdAt, updatedAt, sealed } = hook;
  return {
    id,
    name,
    status,
    activatedAt,
    createdAt,
    updatedAt,
    sealed: Buffer.from(sealed),
    settings: JSON.stringify(settingsOf(hook)),
  };
}

/** Named one by one, so that a record's other members never come into the text. */
function settingsOf(hook: HookSettings): HookSettings {
  const { topics, url, method, profile, format, success, timeoutMs, retryMs } = hook;
  const { failuresMax, failingMs, alerts, concurrency, rate, ordered } = hook;
  return {
    topics,
    url,
    method,
    profile,
    format,
    success,
    timeoutMs,
    retryMs,
    failuresMax,
    failingMs,
    alerts,
    concurrency,
    ...(rate === undefined ? {} : { rate }),
    ordered,
  };
}

function healthRow({ health, disabled }: Pick<HookRecord, 'health' | 'disabled'>): HealthRow {
  const { failures, failingSince = null, warned } = health;
  const [disabledAt, disabledWhy] = [disabled?.at ?? null, disabled?.why ?? null];
  return { failures, failingSince, warned, disabledAt, disabledWhy };
}

function toHook(row: Row): HookRecord {
  const { settings, sealed, activatedAt, disabledAt, disabledWhy, ...rest } = row;
  const { failures, failingSince, warned, ...plain } = rest;
  const health: HookHealth = {
    failures,
    ...(failingSince === null ? {} : { failingSince }),
    warned,
  };
  return {
    ...plain,
    ...(activatedAt === null ? {} : { activatedAt }),
    ...(JSON.parse(settings) as HookSettings),
    // Memory of its own: the driver's may be a part of a larger one, which would cross with it.
    sealed: new Uint8Array(sealed),
    health,
    ...(disabledAt === null || disabledWhy === null
      ? {}
      : { disabled: { at: disabledAt, why: disabledWhy } }),
  };
}
