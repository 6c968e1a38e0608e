import type { JournalEntry } from '../core/effect.ts';
import type { Performed } from './effects/performer.ts';
import { EFFECTS_AT_ONCE_MAX } from './limits.ts';

/** The effects of one run that are being performed, and what wakes the run when they end. */
export class UnderWay {
  readonly #performing = new Map<number, JournalEntry>();
  readonly #waiting: (() => void)[] = [];
  /** Results that the store writes itself; they are waited for before the guest sees any later one. */
  readonly #storing = new Set<Promise<void>>();
  readonly #all = new Set<Promise<void>>();
  #error: unknown;
  #failed = false;
  readonly #wake: () => void;

  /** @param wake called whenever one has ended */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get size(): number {
    return this.#performing.size;
  }

  has(number: number): boolean {
    return this.#performing.has(number);
  }

  /** Whether time that passes now counts against the run's limit: called runs have a limit of their own. */
  get counted(): boolean {
    for (const { kind } of this.#performing.values()) if (kind !== 'call') return true;
    return false;
  }

  /** @param ended called with how it ended, before `wake` */
  start(
    entry: JournalEntry,
    perform: () => Promise<Performed>,
    ended: (performed: Performed) => void,
  ): void {
    this.#performing.set(entry.number, entry);
    const work = this.#perform(entry, perform, ended);
    this.#all.add(work);
    void work.finally(() => this.#all.delete(work));
    if (isOutside(entry)) return;
    this.#storing.add(work);
    void work.finally(() => this.#storing.delete(work));
  }

  async #perform(
    entry: JournalEntry,
    perform: () => Promise<Performed>,
    ended: (performed: Performed) => void,
  ): Promise<void> {
    const outside = isOutside(entry);
    try {
      if (outside && this.#performing.size > EFFECTS_AT_ONCE_MAX) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      ended(await perform());
    } catch (error) {
      this.#error = error;
      this.#failed = true;
    } finally {
      this.#performing.delete(entry.number);
      if (outside) this.#waiting.shift()?.();
      this.#wake();
    }
  }

  /** Resolves when results that the store writes are there. Throws where performing failed in the store. */
  async stored(): Promise<void> {
    while (this.#storing.size > 0) await Promise.all(this.#storing);
    if (this.#failed) throw this.#error;
  }

  /** Resolves when nothing is under way, whatever became of it. */
  async ended(): Promise<void> {
    while (this.#all.size > 0) await Promise.all(this.#all);
  }
}

/** What takes its time; all others are one transaction of the store. */
function isOutside({ kind }: JournalEntry): boolean {
  return kind === 'http' || kind === 'call';
}
