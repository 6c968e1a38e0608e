import type { Program } from '../../core/program.ts';
import type { Difference } from './picture.ts';

/** A program that this thread knows. */
export interface KnownProgram {
  readonly program: Program;
  /** Its snapshot, once it has been loaded: what comes on top of the picture, its own difference last. */
  differences: readonly Difference[] | undefined;
}

/** The programs of a thread: the least recently used ones go when their snapshots need too much room. */
export class Programs {
  readonly #bytesMax: number;
  readonly #known = new Map<string, { entry: KnownProgram; bytes: number }>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#known.size;
  }

  add(program: Program): void {
    this.#remove(program.id);
    this.#put({ program, differences: undefined });
  }

  /** Counts as a use. */
  get(id: string): KnownProgram | undefined {
    const found = this.#known.get(id);
    if (found === undefined) return undefined;
    // A Map keeps the order of insertion: the first is the least recently used.
    this.#known.delete(id);
    this.#known.set(id, found);
    return found.entry;
  }

  keep(entry: KnownProgram, differences: readonly Difference[]): void {
    this.#remove(entry.program.id);
    entry.differences = differences;
    this.#put(entry);
  }

  #put(entry: KnownProgram): void {
    const { program, differences } = entry;
    // Text takes one or two bytes a character; the lines and steps about as much again.
    const text = program.source.length * 4;
    // Others share the rest.
    const snapshot = differences?.at(-1)?.size ?? 0;
    const bytes = text + snapshot;
    this.#known.set(program.id, { entry, bytes });
    this.#bytes += bytes;
    for (const id of this.#known.keys()) {
      if (this.#bytes <= this.#bytesMax || id === program.id) break;
      this.#remove(id);
    }
  }

  #remove(id: string): void {
    const found = this.#known.get(id);
    if (found === undefined) return;
    this.#known.delete(id);
    this.#bytes -= found.bytes;
  }
}
