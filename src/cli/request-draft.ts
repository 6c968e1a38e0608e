import { HookwrightError } from '../core/errors.ts';

/** The address that an offline run seems to come from: one of documentation (RFC 5737). */
export const OFFLINE_IP = '192.0.2.1';

/** A request before what belongs to its URL is put together. */
export interface RequestDraft {
  readonly method: string;
  /** `''` or a text that begins with `/`. */
  readonly path: string;
  readonly query: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly clientIp: string;
  readonly body: Uint8Array;
}

/** The error of a request file: each mistake completes "Expected …". */
export function requestFileError(source: string, mistakes: readonly string[]): HookwrightError {
  return new HookwrightError(
    'usage.invalid',
    mistakes.map((mistake) => `Expected ${source} to have ${mistake}.`).join('\n'),
    { next: 'docs/command-line.md shows both forms of a request file.' },
  );
}
