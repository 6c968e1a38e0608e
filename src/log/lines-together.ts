import sonicBoom from 'sonic-boom';

/** Characters gathered before a write: one for about 60 lines under load, since each wakes a thread of libuv's. */
const GATHERED_CHARS = 12 * 1024;
/** Bytes that wait for who reads the log; what comes then is lost. Minutes of it, at 100 requests a second. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
/** Tries in a row at what another reader holds up, 0.1 s apart, before lines wait for the next write. */
const TRIES_MAX = 50;

/**
 * Writes lines to a file many at a time. sonic-boom gathers lines too (`minLength`), but counts the bytes of all
 * that it has gathered at each line, for which V8 copies the whole text: that takes 3 µs a line, this takes 1.
 *
 * Nothing that happens to the file ends the process: where nobody reads any more, lines are thrown away; on a full
 * disk they wait until there is room.
 */
export class LinesTogether {
  readonly #sink: InstanceType<typeof sonicBoom.SonicBoom>;
  #gathered = '';
  #isUnread = false;

  /** @param file an open descriptor */
  constructor(file: number) {
    const limits = { maxLength: WAITING_BYTES_MAX, maxWriteRetries: TRIES_MAX };
    // A sink without `minLength` begins to write at once, and `flushSync` does not wait for that.
    this.#sink = new sonicBoom.SonicBoom({ fd: file, minLength: GATHERED_CHARS, ...limits });
    this.#sink.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.#isUnread = true;
    });
  }

  write(line: string): void {
    this.#gathered += line;
    if (this.#gathered.length >= GATHERED_CHARS) this.flush();
  }

  /** Hands on what is gathered, to be written beside other work. */
  flush(): void {
    if (this.#handOn()) this.#sink.flush();
  }

  /** Writes what is gathered before it returns, where that is possible. */
  flushSync(): void {
    if (!this.#handOn()) return;
    try {
      this.#sink.flushSync();
    } catch {
      // The log is where this would be told.
    }
  }

  #handOn(): boolean {
    const lines = this.#gathered;
    this.#gathered = '';
    if (this.#isUnread) return false;
    if (lines !== '') this.#sink.write(lines);
    return true;
  }
}
