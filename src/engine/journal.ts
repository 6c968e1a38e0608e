import type { EffectRequest, EffectResult, JournalEntry } from '../core/effect.ts';
import type { RunStep } from './ports.ts';

/** The journal of one run while a process works on it, and what of it is not on disk yet. */
export class Journal {
  readonly #entries = new Map<number, JournalEntry>();
  readonly #open = new Map<number, JournalEntry>();
  /** Begun by an earlier process, which did not record a result. */
  readonly #inDoubt = new Set<number>();
  #begun: RunStep['begun'][number][] = [];
  #ended: RunStep['ended'][number][] = [];
  #nextArrival = 0;

  /** @param stored what an earlier process wrote */
  constructor(stored: readonly JournalEntry[] = []) {
    for (const entry of stored) {
      this.#entries.set(entry.number, entry);
      if (entry.ended !== undefined) {
        this.#nextArrival = Math.max(this.#nextArrival, entry.ended.arrival + 1);
        continue;
      }
      this.#open.set(entry.number, entry);
      this.#inDoubt.add(entry.number);
    }
  }

  /** For one execution; later changes do not show in it. */
  entries(): readonly JournalEntry[] {
    return [...this.#entries.values()];
  }

  /** Effects without a result, in the order of asking. */
  open(): readonly JournalEntry[] {
    return [...this.#open.values()];
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is something that the store does not have. */
  get unwritten(): boolean {
    return this.#begun.length + this.#ended.length > 0;
  }

  isInDoubt(number: number): boolean {
    return this.#inDoubt.has(number);
  }

  begin(effect: EffectRequest, at: number): void {
    const { number, step, kind, args } = effect;
    const entry: JournalEntry = { number, step, kind, args, beganAt: at };
    this.#entries.set(number, entry);
    this.#open.set(number, entry);
    this.#begun.push({ effect, at });
  }

  /** The place in the order of arrival for a result that the store itself will write. */
  reserveArrival(): number {
    return this.#nextArrival++;
  }

  end(number: number, at: number, result: EffectResult): void {
    const arrival = this.reserveArrival();
    this.#ended.push({ number, at, arrival, result });
    this.#complete(number, at, arrival, result);
  }

  /** A result that is on disk already, under an arrival reserved before. */
  endStored(number: number, at: number, arrival: number, result: EffectResult): void {
    this.#complete(number, at, arrival, result);
  }

  #complete(number: number, at: number, arrival: number, result: EffectResult): void {
    const entry = this.#open.get(number);
    if (entry === undefined) return;
    const { step, kind, args, beganAt } = entry;
    const ended = { at, arrival, result };
    this.#entries.set(number, { number, step, kind, args, beganAt, ended });
    this.#open.delete(number);
  }

  /** What makes the journal empty on disk. */
  forget(): Pick<RunStep, 'forgotten' | 'begun' | 'ended'> {
    const unwritten = new Set(this.#begun.map(({ effect }) => effect.number));
    const forgotten = [...this.#entries.keys()].filter((number) => !unwritten.has(number));
    return { forgotten, begun: [], ended: [] };
  }

  /** What is to be written now; from then on it counts as written. */
  takeUnwritten(): Pick<RunStep, 'begun' | 'ended'> {
    const taken = { begun: this.#begun, ended: this.#ended };
    this.#begun = [];
    this.#ended = [];
    return taken;
  }
}
