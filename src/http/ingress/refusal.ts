import { type ErrorCode, HookwrightError } from '../../core/errors.ts';

/** A refusal that tells the caller in a header what would be taken. */
export class Refusal extends HookwrightError {
  /** Names and values in turn. */
  readonly headers: readonly string[];

  constructor(code: ErrorCode, message: string, headers: readonly string[]) {
    super(code, message);
    this.headers = headers;
  }
}
