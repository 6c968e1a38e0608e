import type { CancelTimer } from '../core/timer.ts';

/**
 * A clock that moves only where a run waits: as soon as nothing else can happen, to the moment at which
 * the next timer ends. So a wait of days passes at once, and two runs of a case see the same times.
 */
export class VirtualTime {
  #now: number;
  readonly #timers = new Set<{ readonly dueAt: number; readonly wake: () => void }>();
  #held = 0;
  #scheduled = false;
  readonly #late: ReadonlyMap<number, number>;

  /**
   * @param now milliseconds since the epoch
   * @param late where the clock goes instead, for moments that it is to go to
   */
  constructor(now: number, late: ReadonlyMap<number, number> = new Map()) {
    this.#now = now;
    this.#late = late;
  }

  readonly clock = (): number => this.#now;

  readonly timer = (ms: number, wake: () => void): CancelTimer => {
    const timer = { dueAt: this.#now + Math.max(0, ms), wake };
    this.#timers.add(timer);
    this.#schedule();
    return () => this.#timers.delete(timer);
  };

  /** Resolves when that time has come. */
  until(time: number): Promise<void> {
    if (time <= this.#now) return Promise.resolve();
    return new Promise((resolve) => {
      this.timer(time - this.#now, resolve);
    });
  }

  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, this.#late.get(time) ?? time);
  }

  /** Lets time stand still while work outside of this thread is under way. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
      this.#schedule();
    }
  }

  /** After all that promises still bring about. */
  #schedule(): void {
    if (this.#scheduled || this.#timers.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#held > 0) return;
      const [first] = [...this.#timers].sort((a, b) => a.dueAt - b.dueAt);
      if (first === undefined) return;
      this.#timers.delete(first);
      this.advanceTo(first.dueAt);
      first.wake();
      this.#schedule();
    });
  }
}
