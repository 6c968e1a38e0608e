import type { EffectResult, StateArgs } from './effect.ts';

/** Bytes of a key in UTF-8: a path of names and ids. An index page of 8 kB holds several of them. */
const STATE_KEY_BYTES_MAX = 512;
/** Bytes of a value's JSON in UTF-8: what runs share is small and read often; documents belong elsewhere. */
const STATE_VALUE_BYTES_MAX: number = 64 * 1024;

type Failure = Extract<EffectResult, { ok: false }>;

/** A key's value as JSON, and when its time is over in milliseconds since the epoch. */
export interface StateRow {
  readonly value: string;
  readonly expiresAt: number | null;
}

/** What an operation gives, and what becomes of its key; absent where it stays as it is. */
interface StateOutcome {
  readonly result: EffectResult;
  readonly change?: { readonly put: StateRow } | 'delete';
}

/**
 * One operation on one key: pure, so that every store of state does the same.
 *
 * @param find the key's row, unless its time is over; not called where the arguments are refused
 * @param now milliseconds since the epoch
 */
export function operateState(
  args: StateArgs,
  now: number,
  find: () => StateRow | undefined,
): StateOutcome {
  const refusal = invalid(args, now);
  if (refusal !== undefined) return { result: refusal };
  switch (args.op) {
    case 'get':
      return { result: done(find()?.value ?? 'null') };
    case 'set': {
      const put = { value: JSON.stringify(args.value), expiresAt: expiry(args, now) };
      return { result: done('null'), change: { put } };
    }
    case 'delete':
      return { result: done(String(find() !== undefined)), change: 'delete' };
    case 'increment':
      return increment(args, now, find());
  }
}

function increment(
  args: Extract<StateArgs, { op: 'increment' }>,
  now: number,
  row: StateRow | undefined,
): StateOutcome {
  const before: unknown = row === undefined ? 0 : JSON.parse(row.value);
  if (typeof before !== 'number') {
    return failed(`Expected "${args.key}" to hold a number, got ${kindOf(before)}.`);
  }
  const after = before + args.by;
  if (!Number.isFinite(after)) {
    return failed(`Expected "${args.key}" to stay a finite number, got ${after}.`);
  }
  const value = JSON.stringify(after);
  const expiresAt = row === undefined ? expiry(args, now) : row.expiresAt;
  return { result: done(value), change: { put: { value, expiresAt } } };
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

function failed(message: string): StateOutcome {
  return { result: { ok: false, code: 'effect.failed', message } };
}

function refused(expected: string, got: string): Failure {
  return { ok: false, code: 'effect.invalid', message: `Expected ${expected}, got ${got}.` };
}
