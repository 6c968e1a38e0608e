import type { Timer } from '../core/timer.ts';

/**
 * Milliseconds for which a capture waits for the first execution of its run: fifty times what most take. What
 * waits longer for the sandbox is stored by then, so that a crash does not lose what its sender may not repeat.
 */
const HOLD_MS = 20;

/**
 * An event's capture that waits for the first execution of its run, so that one commit takes the event and the
 * effects that are asked for: they would have to wait for one commit after the other. Nothing is answered and no
 * effect begins before it. Where there are no effects to wait for, capture and execution go on side by side:
 * one after the other, 32 connections got a third less through.
 */
export class HeldCapture {
  /** Resolves when the event is on disk; rejects with what the store throws. */
  readonly stored: Promise<void>;
  #release: () => void = () => {};

  constructor(capture: () => Promise<void>, timer: Timer) {
    this.stored = new Promise((resolve, reject) => {
      const cancel = timer(HOLD_MS, () => this.#release());
      this.#release = () => {
        this.#release = () => {};
        cancel();
        capture().then(resolve, reject);
      };
    });
  }

  /** Stores the event now, unless that has begun. */
  release(): void {
    this.#release();
  }
}

export type Capture = Pick<HeldCapture, 'stored' | 'release'>;

/** A capture that is under way, or has been made. */
export function captured(stored: Promise<void>): Capture {
  return { stored, release: () => {} };
}
