const FIRST_BYTES = 16 * 1024;

/**
 * A body under way, in one buffer that doubles. Keeping the chunks would cost a receiver one byte, and
 * this process some hundred, for each chunk of size one.
 */
export class Collector {
  readonly #bytesMax: number;
  #buffer = Buffer.alloc(0);
  #length = 0;
  /** Whether more came than is kept. */
  overflowed = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Keeps what fits; returns whether all did. */
  add(chunk: Uint8Array): boolean {
    const room = this.#bytesMax - this.#length;
    const kept = chunk.length <= room ? chunk : chunk.subarray(0, room);
    this.#reserve(this.#length + kept.length);
    this.#buffer.set(kept, this.#length);
    this.#length += kept.length;
    this.overflowed ||= kept.length < chunk.length;
    return !this.overflowed;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const doubled = Math.max(FIRST_BYTES, this.#buffer.length * 2, length);
    const grown = Buffer.allocUnsafe(Math.min(doubled, this.#bytesMax));
    grown.set(this.bytes());
    this.#buffer = grown;
  }
}
