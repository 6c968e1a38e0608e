import { ERRORS, type ErrorCode, HookwrightError } from '../core/errors.ts';

/** The one shape in which every error leaves over HTTP. */
interface ErrorShape {
  readonly error: {
    readonly code: ErrorCode;
    /** What was expected and what was found. */
    readonly message: string;
    /** What to do. */
    readonly next?: string;
  };
}

export interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorShape;
}

/**
 * The status and shape of anything thrown. What is no `HookwrightError` becomes `internal` and says
 * nothing of its inside; the caller logs it.
 */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (!(error instanceof HookwrightError)) {
    return {
      status: ERRORS.internal.status,
      body: {
        error: {
          code: 'internal',
          message: 'The server failed to do this.',
          next: 'The server’s log says why.',
        },
      },
    };
  }
  const { code, message, next } = error;
  return {
    status: error.status,
    body: { error: { code, message, ...(next === undefined ? {} : { next }) } },
  };
}
