/**
 * Chunks after which they are put together: a buffer takes about 200 bytes besides what is in it, so that 5 MB in
 * chunks of one byte, which any sender may send, would take a gigabyte.
 */
const LOOSE_MAX = 256;

/** The chunks of a body that is coming, in about as much memory as the bytes in them. */
export class Chunks {
  readonly #joined: Buffer[] = [];
  #loose: Uint8Array[] = [];
  #size = 0;

  /** Bytes in all of them. */
  get size(): number {
    return this.#size;
  }

  /** Buffers that hold them. */
  get buffers(): number {
    return this.#joined.length + this.#loose.length;
  }

  add(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.#loose.push(chunk);
    if (this.#loose.length === LOOSE_MAX) {
      this.#joined.push(Buffer.concat(this.#loose));
      this.#loose = [];
    }
  }

  /** The body, when all are there; a single chunk as it came. */
  whole(): Uint8Array {
    const [only] = this.#loose;
    if (only !== undefined && this.buffers === 1) return only;
    return Buffer.concat([...this.#joined, ...this.#loose], this.#size);
  }
}
