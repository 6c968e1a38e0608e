/**
 * Polls that it takes at least to use up a limit: between two, no more than this part of it counts. QuickJS
 * polls after 10,000 jumps and calls, which take 0.2 to 5 ms; a longer gap is mostly a thread that had no
 * processor, but can be a script that calls slow functions.
 */
const POLLS_MIN = 5;

/**
 * Says when a script has had its time. Time counts only as far as polls show that the script ran, so that
 * a machine that is busy elsewhere, or was asleep, does not fail an innocent run.
 */
export class Stopwatch {
  readonly #now: () => number;
  #limitMs = 0;
  #usedMs = 0;
  #polledAt = 0;
  #polls = 0;
  #fired = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  start(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#usedMs = 0;
    this.#polledAt = this.#now();
    this.#polls = 0;
    this.#fired = false;
  }

  /** Whether the limit was passed since `start`. */
  get fired(): boolean {
    return this.#fired;
  }

  get polls(): number {
    return this.#polls;
  }

  /** Called by QuickJS now and then; `true` ends the script, and stays so. */
  poll(): boolean {
    const now = this.#now();
    this.#polls++;
    this.#usedMs += Math.min(now - this.#polledAt, this.#limitMs / POLLS_MIN);
    this.#polledAt = now;
    if (this.#usedMs >= this.#limitMs) this.#fired = true;
    return this.#fired;
  }
}
