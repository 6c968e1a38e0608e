import type Sqlite from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EffectResult, StateArgs } from '../../core/effect.ts';

/** Bytes of a key in UTF-8: a path of names and ids. An index page of 8 kB holds several of them. */
const STATE_KEY_BYTES_MAX = 512;
/** Bytes of a value's JSON in UTF-8: what runs share is small and read often; documents belong elsewhere. */
const STATE_VALUE_BYTES_MAX = 64 * 1024;

type Failure = Extract<EffectResult, { ok: false }>;

interface Row {
  readonly value: string;
  readonly expiresAt: number | null;
}

/**
 * Makes the function that performs one operation at a time `now`, in milliseconds since the epoch, within
 * the transaction of whoever calls it. A key whose time is over is missing, deleted yet or not.
 */
export function prepareState(
  sqlite: Sqlite.Database,
): (args: StateArgs, now: number) => EffectResult {
  const find = sqlite.prepare<[string, number], Row>(
    `SELECT value, expires_at AS expiresAt FROM state
     WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)`,
  );
  const put = sqlite.prepare(
    `INSERT INTO state (key, value, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
  );
  const remove = sqlite.prepare('DELETE FROM state WHERE key = ?');

  function increment(args: Extract<StateArgs, { op: 'increment' }>, now: number): EffectResult {
    const row = find.get(args.key, now);
    const before: unknown = row === undefined ? 0 : JSON.parse(row.value);
    if (typeof before !== 'number') {
      return failed(`Expected "${args.key}" to hold a number, got ${kindOf(before)}.`);
    }
    const after = before + args.by;
    if (!Number.isFinite(after)) {
      return failed(`Expected "${args.key}" to stay a finite number, got ${after}.`);
    }
    put.run(args.key, JSON.stringify(after), row === undefined ? expiry(args, now) : row.expiresAt);
    return done(JSON.stringify(after));
  }

  return (args, now) => {
    const refusal = invalid(args, now);
    if (refusal !== undefined) return refusal;
    switch (args.op) {
      case 'get':
        return done(find.get(args.key, now)?.value ?? 'null');
      case 'set':
        put.run(args.key, JSON.stringify(args.value), expiry(args, now));
        return done('null');
      case 'delete': {
        const there = find.get(args.key, now) !== undefined;
        remove.run(args.key);
        return done(String(there));
      }
      case 'increment':
        return increment(args, now);
    }
  };
}

/** Deletes keys whose time is over, those that ended first before others. Returns how many. */
export function expireState(db: BetterSQLite3Database, now: number, countMax: number): number {
  const { changes } = db.run(sql`
    DELETE FROM state WHERE rowid IN
      (SELECT rowid FROM state WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ${countMax})`);
  return changes;
}

function invalid(args: StateArgs, now: number): Failure | undefined {
  const { key } = args;
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes === 0 || keyBytes > STATE_KEY_BYTES_MAX) {
    return refused(`a key of 1 to ${STATE_KEY_BYTES_MAX} bytes`, `${keyBytes} bytes`);
  }
  // Stored as UTF-8, all of these would be one key.
  if (/\p{Surrogate}/u.test(key)) return refused('a key of Unicode text', 'half a surrogate pair');
  if (args.op === 'set') {
    const json = JSON.stringify(args.value);
    if (json === undefined) return refused(`a value for "${key}"`, 'none');
    const bytes = Buffer.byteLength(json);
    if (bytes > STATE_VALUE_BYTES_MAX) {
      const most = `a value of at most ${STATE_VALUE_BYTES_MAX} bytes of JSON`;
      return refused(`${most} for "${key}"`, `${bytes} bytes`);
    }
  }
  if (args.op === 'increment' && !Number.isFinite(args.by)) {
    return refused(`a finite number to add to "${key}"`, kindOf(args.by));
  }
  if ((args.op === 'set' || args.op === 'increment') && args.ttlMs !== undefined) {
    const until = now + args.ttlMs;
    if (!(Number.isSafeInteger(until) && args.ttlMs > 0)) {
      return refused(
        `a time to live of whole milliseconds above 0 for "${key}"`,
        String(args.ttlMs),
      );
    }
  }
  return undefined;
}

function expiry({ ttlMs }: { readonly ttlMs?: number }, now: number): number | null {
  return ttlMs === undefined ? null : now + ttlMs;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function done(value: string): EffectResult {
  return { ok: true, value };
}

function failed(message: string): Failure {
  return { ok: false, code: 'effect.failed', message };
}

function refused(expected: string, got: string): Failure {
  return { ok: false, code: 'effect.invalid', message: `Expected ${expected}, got ${got}.` };
}
