import { OutboundError } from '../core/outbound.ts';
import { TIMEOUT_MS_MAX } from './limits.ts';

/** What a request is busy with, for the message when its time is over. */
export type Doing =
  | 'looking up the name'
  | 'waiting for a free connection'
  | 'connecting'
  | 'waiting for the answer'
  | 'reading the answer';

/** The end of one request: its whole time, or its caller's signal, whichever comes first. */
export class Deadline implements Disposable {
  doing: Doing = 'looking up the name';
  origin = '';
  readonly #abort = new AbortController();
  readonly #timeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;

  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#caller = caller;
    this.#timer = setTimeout(this.#end, Math.min(timeoutMs, TIMEOUT_MS_MAX));
    if (caller?.aborted === true) this.#end();
    caller?.addEventListener('abort', this.#end, { once: true });
  }

  get over(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Calls back once when the time is over, at once where it is already; returns how to take it back. */
  whenOver(callback: () => void): () => void {
    const { signal } = this.#abort;
    if (signal.aborted) {
      callback();
      return () => {};
    }
    signal.addEventListener('abort', callback, { once: true });
    return () => signal.removeEventListener('abort', callback);
  }

  /** The promise, or `error` as soon as the time is over; then the promise's end is ignored. */
  async race<T>(promise: Promise<T>, inDoubt: boolean): Promise<T> {
    let release = () => {};
    const over = new Promise<never>((_, reject) => {
      release = this.whenOver(() => reject(this.error(inDoubt)));
    });
    try {
      return await Promise.race([promise, over]);
    } finally {
      release();
    }
  }

  error(inDoubt: boolean, cause?: unknown): OutboundError {
    const options = cause === undefined ? { inDoubt } : { inDoubt, cause };
    if (this.#caller?.aborted === true) {
      return new OutboundError(
        'egress.cancelled',
        `Expected an answer from ${this.origin}, got cancelled while ${this.doing}.`,
        options,
      );
    }
    return new OutboundError(
      'egress.timeout',
      `Expected an answer from ${this.origin} within ${this.#timeoutMs} ms, got none: still ${this.doing}. Allow more time, or see why the receiver is slow.`,
      options,
    );
  }

  readonly #end = (): void => this.#abort.abort();

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#end);
  }
}
