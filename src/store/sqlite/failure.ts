import { type ErrorCode, HookwrightError } from '../../core/errors.ts';

/** An error as it crosses a thread boundary: structured clone drops the fields of error classes. */
export interface FailureData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string | undefined;
  readonly cause: { readonly name: string; readonly code: string; readonly message: string };
}

/** What an operator can do about SQLite's result codes, by their beginning (sqlite.org/rescode.html). */
const NEXT: readonly (readonly [code: string, next: string])[] = [
  [
    'SQLITE_FULL',
    'Free space on the disk of the data folder; the store goes on once there is room.',
  ],
  ['SQLITE_IOERR', 'Check the disk of the data folder; the system log says more.'],
  ['SQLITE_CORRUPT', 'Stop the server and restore the data folder from a backup.'],
  ['SQLITE_NOTADB', 'Stop the server and restore the data folder from a backup.'],
  ['SQLITE_BUSY', 'End the other program that holds the database open for writing.'],
  ['SQLITE_READONLY', 'Give the user that runs Hookwright the right to write to the data folder.'],
];

/**
 * Makes what the store throws for a driver's error.
 *
 * @param job what the database was to do, such as `store event evt_…`
 */
export function storeFailed(job: string, error: unknown): HookwrightError {
  if (error instanceof HookwrightError) return error;
  const { code, message } = describe(error);
  const next = NEXT.find(([beginning]) => code.startsWith(beginning))?.[1];
  return new HookwrightError(
    'store.failed',
    `Expected the database to ${job}, got ${code}: ${message}.`,
    next === undefined ? { cause: error } : { cause: error, next },
  );
}

/** Makes what opening throws when the data folder cannot be used. */
export function dataUnusable(path: string, error: unknown): HookwrightError {
  if (error instanceof HookwrightError) return error;
  const { code, message } = describe(error);
  const damaged = code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT');
  return new HookwrightError(
    'data.unusable',
    damaged
      ? `Expected ${path} to be a Hookwright database, got ${code}: ${message}.`
      : `Expected ${path} to be readable and writable, got ${code}: ${message}.`,
    {
      cause: error,
      next: damaged
        ? 'Restore it from a backup, or move it away to start with an empty one.'
        : 'Run this as the user that the folder belongs to, give yours the right to write there, or name another folder with --data-dir.',
    },
  );
}

export function toFailureData(failure: HookwrightError): FailureData {
  const { code, message, next, cause } = failure;
  const name = cause instanceof Error ? cause.name : 'Error';
  return { code, message, next, cause: { name, ...describe(cause) } };
}

export function fromFailureData(data: FailureData): HookwrightError {
  const cause = new Error(data.cause.message);
  cause.name = data.cause.name;
  Object.assign(cause, { code: data.cause.code });
  return new HookwrightError(
    data.code,
    data.message,
    data.next === undefined ? { cause } : { cause, next: data.next },
  );
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'Error', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // Node's own messages begin with their code: `EACCES: permission denied, mkdir '/data'`.
  return { code, message: error.message.replace(`${code}: `, '') };
}
