/**
 * The catalogue of what can go wrong outside a run and outside a file: every code with the HTTP status
 * that the API and ingress give it and the exit code of the command line. What fails inside a run is
 * `RunFailureCode`, what is wrong in a file is a `Diagnostic`.
 */
export const ERRORS = {
  'request.malformed': { status: 400, exit: 2 },
  'request.unauthorized': { status: 401, exit: 4 },
  'request.forbidden': { status: 403, exit: 4 },
  'request.not_found': { status: 404, exit: 5 },
  'request.method_not_allowed': { status: 405, exit: 2 },
  'request.body_too_large': { status: 413, exit: 2 },
  'request.unsupported_media_type': { status: 415, exit: 2 },
  'request.incomplete': { status: 422, exit: 2 },
  'request.rate_limited': { status: 429, exit: 6 },
  'request.queue_full': { status: 503, exit: 6 },
  'request.shutting_down': { status: 503, exit: 6 },
  'webhook.not_found': { status: 404, exit: 5 },
  'webhook.invalid': { status: 422, exit: 2 },
  'webhook.name_taken': { status: 409, exit: 2 },
  'webhook.account_taken': { status: 409, exit: 2 },
  'event.not_found': { status: 404, exit: 5 },
  'event.duplicate': { status: 409, exit: 8 },
  'source.not_found': { status: 404, exit: 5 },
  'source.invalid': { status: 422, exit: 3 },
  'source.unsigned': { status: 409, exit: 2 },
  'automation.not_found': { status: 404, exit: 5 },
  'automation.invalid': { status: 422, exit: 3 },
  'automation.trigger': { status: 409, exit: 2 },
  'automation.owned': { status: 409, exit: 2 },
  'run.not_found': { status: 404, exit: 5 },
  'run.state': { status: 409, exit: 2 },
  'run.lease_lost': { status: 409, exit: 8 },
  'run.failed': { status: 500, exit: 8 },
  'hook.not_found': { status: 404, exit: 5 },
  'hook.invalid': { status: 422, exit: 2 },
  'hook.ping_failed': { status: 502, exit: 8 },
  'hook.name_taken': { status: 409, exit: 2 },
  'profile.invalid': { status: 500, exit: 3 },
  'message.not_found': { status: 404, exit: 5 },
  'message.invalid': { status: 422, exit: 2 },
  'message.key_reused': { status: 422, exit: 2 },
  'delivery.not_found': { status: 404, exit: 5 },
  'token.not_found': { status: 404, exit: 5 },
  'token.invalid': { status: 422, exit: 2 },
  'token.name_taken': { status: 409, exit: 2 },
  'secret.not_found': { status: 404, exit: 5 },
  'secret.invalid': { status: 422, exit: 2 },
  'secret.key_unusable': { status: 500, exit: 7 },
  'secret.unreadable': { status: 500, exit: 7 },
  'package.not_found': { status: 404, exit: 5 },
  'package.invalid': { status: 422, exit: 3 },
  'package.answers': { status: 422, exit: 2 },
  'package.unsigned': { status: 422, exit: 3 },
  'package.unfit': { status: 409, exit: 2 },
  'package.choice': { status: 422, exit: 2 },
  'package.conflict': { status: 409, exit: 8 },
  'package.changed': { status: 409, exit: 8 },
  'recording.invalid': { status: 422, exit: 2 },
  'config.invalid': { status: 500, exit: 2 },
  'usage.invalid': { status: 400, exit: 2 },
  'data.in_use': { status: 500, exit: 7 },
  'data.unusable': { status: 500, exit: 7 },
  'listen.failed': { status: 500, exit: 7 },
  'server.unreachable': { status: 502, exit: 6 },
  'store.failed': { status: 503, exit: 7 },
  internal: { status: 500, exit: 1 },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error of the catalogue. `message` says what was expected and what was found; `next`, what to do. */
export class HookwrightError extends Error {
  override readonly name = 'HookwrightError';
  readonly code: ErrorCode;
  readonly next: string | undefined;

  constructor(code: ErrorCode, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.next = options.next;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get exit(): number {
    return ERRORS[this.code].exit;
  }
}
