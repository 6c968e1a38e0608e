import { HookwrightError } from '../../core/errors.ts';
import type { Sandbox } from '../../engine/ports.ts';
import type { Recording } from '../../engine/recording.ts';
import { type TraceReport, trace } from '../../engine/trace.ts';

/** Traces that wait for another one to end: each may take a thread of the sandbox for 10 s. */
const TRACES_WAITING_MAX = 8;

/** Traces for people who look, one at a time, so that runs keep the other threads. */
export class Traces {
  readonly #sandbox: () => Promise<Pick<Sandbox, 'execute'>>;
  readonly #version: string;
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(sandbox: () => Promise<Pick<Sandbox, 'execute'>>, version: string) {
    this.#sandbox = sandbox;
    this.#version = version;
  }

  /** Throws `request.queue_full` where too many wait. */
  async trace(recording: Recording): Promise<TraceReport> {
    if (this.#count > TRACES_WAITING_MAX) {
      throw new HookwrightError('request.queue_full', 'Too many traces are asked for.', {
        next: 'Try again soon, or run `hookwright run trace`, which works by itself.',
      });
    }
    this.#count++;
    const before = this.#last;
    const work = (async () => {
      await before.catch(() => {});
      return trace(recording, await this.#sandbox(), this.#version);
    })();
    this.#last = work;
    try {
      return await work;
    } finally {
      this.#count--;
    }
  }
}
