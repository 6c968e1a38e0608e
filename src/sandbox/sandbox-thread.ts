import { Worker } from 'node:worker_threads';
import type { Execution, ExecutionResult } from '../core/run.ts';
import {
  BATCHES_UNDER_WAY_MAX,
  HARD_DEADLINE_FACTOR,
  HARD_DEADLINE_GRACE_MS,
  LATE_FACTOR,
  LATE_GRACE_MS,
  PROGRAMS_KNOWN_MAX,
  SNAPSHOTS_BYTES_MAX,
  THREAD_STACK_MB,
  THREAD_YOUNG_MB,
} from './limits.ts';
import {
  type BatchMessage,
  decodeResults,
  encodeRuns,
  type ResultsMessage,
  type ThreadData,
  type ThreadMessage,
} from './protocol/messages.ts';

/** One execution on its way through the pool. */
export interface Job {
  readonly number: number;
  readonly execution: Execution;
  readonly settle: (result: ExecutionResult) => void;
  /** Threads that have died while they executed it. */
  deaths: number;
}

/** What a thread tells its pool. */
export interface ThreadEvents {
  /** @param base set by the first thread: what the others start from */
  ready(thread: SandboxThread, base: unknown): void;
  /** A batch has ended: there is room for another. */
  room(thread: SandboxThread): void;
  /** The thread does not know the job's program. */
  again(job: Job): void;
  /**
   * The thread has ended.
   *
   * @param jobs those without a result
   * @param running the one that it was executing
   * @param stopped whether the pool stopped it for that one
   */
  ended(
    thread: SandboxThread,
    jobs: readonly Job[],
    running: Job | undefined,
    stopped: boolean,
  ): void;
}

/** The pool's half of a thread: what it has been sent, and whether it gets on. */
export class SandboxThread {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #progress = new Int32Array(new SharedArrayBuffer(4));
  readonly #jobs = new Map<number, Job>();
  readonly #known = new Set<string>();
  #batches = 0;
  #ready = false;
  #wasReady = false;
  #error: unknown;
  #stopped = false;
  #retired = false;
  /** The run that the thread was executing at the last look, and for how long it had been seen to. */
  #seen = 0;
  #seenMs = 0;

  constructor(entry: URL, base: unknown, events: ThreadEvents) {
    this.#events = events;
    const progress = this.#progress.buffer as SharedArrayBuffer;
    const data: ThreadData = { base, progress, snapshotsBytesMax: SNAPSHOTS_BYTES_MAX };
    this.#worker = new Worker(entry, {
      workerData: data,
      execArgv: [],
      resourceLimits: { stackSizeMb: THREAD_STACK_MB, maxYoungGenerationSizeMb: THREAD_YOUNG_MB },
    });
    this.#worker.on('message', (message: ThreadMessage) => this.#receive(message));
    // An uncaught error ends the thread; `exit` follows and does what is to be done.
    this.#worker.on('error', (error) => {
      this.#error = error;
    });
    this.#worker.on('exit', () => this.#exit());
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** The error that ended it, where there was one. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether it ever was ready. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** Jobs without a result. */
  get load(): number {
    return this.#jobs.size;
  }

  get hasRoom(): boolean {
    return this.#ready && !this.#stopped && !this.#retired && this.#batches < BATCHES_UNDER_WAY_MAX;
  }

  send(jobs: readonly Job[]): void {
    const programs: string[] = [];
    if (this.#known.size > PROGRAMS_KNOWN_MAX) this.#known.clear();
    for (const job of jobs) {
      const { program } = job.execution;
      this.#jobs.set(job.number, job);
      if (this.#known.has(program.id)) continue;
      this.#known.add(program.id);
      programs.push(JSON.stringify(program));
    }
    this.#batches++;
    const message: BatchMessage = { type: 'batch', programs, ...encodeRuns(jobs) };
    this.#worker.postMessage(message, [message.bodies.buffer as ArrayBuffer]);
  }

  /**
   * Looks at what the thread is doing, and stops it where one run has passed the hard deadline.
   *
   * @param elapsedMs since the last look, and not more than planned, so that a process that slept finds no
   *   run guilty
   * @returns whether the run is late
   */
  watch(elapsedMs: number): boolean {
    const number = Atomics.load(this.#progress, 0);
    this.#seenMs = number === 0 || number !== this.#seen ? 0 : this.#seenMs + elapsedMs;
    this.#seen = number;
    if (number === 0 || this.#stopped) return false;
    // Not ours any more: a retired thread still has what was sent to it.
    const limits = this.#jobs.get(number)?.execution.program.limits;
    const limitMs = limits === undefined ? 0 : Math.min(limits.cpuMs, limits.timeoutMs);
    if (this.#seenMs >= limitMs * HARD_DEADLINE_FACTOR + HARD_DEADLINE_GRACE_MS) {
      this.#stopped = true;
      void this.#worker.terminate();
    }
    return this.#seenMs >= limitMs * LATE_FACTOR + LATE_GRACE_MS;
  }

  /** Leaves the thread with the run that it is executing, and ends it after that. Gives back the others. */
  retire(): Job[] {
    this.#retired = true;
    const running = this.#jobs.get(Atomics.load(this.#progress, 0));
    const others = [...this.#jobs.values()].filter((job) => job !== running);
    for (const { number } of others) this.#jobs.delete(number);
    if (running === undefined) void this.#worker.terminate();
    return others;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: ThreadMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#wasReady = true;
        this.#events.ready(this, message.base);
        break;
      case 'results':
        this.#take(message);
        break;
    }
  }

  #take(message: ResultsMessage): void {
    for (const { number, result } of decodeResults(message)) {
      const job = this.#jobs.get(number);
      if (job === undefined) continue;
      this.#jobs.delete(number);
      if (result !== undefined) {
        job.settle(result);
      } else {
        this.#known.delete(job.execution.program.id);
        this.#events.again(job);
      }
    }
    if (message.ended) this.#batches--;
    if (this.#retired && this.#jobs.size === 0) void this.#worker.terminate();
    else if (message.ended) this.#events.room(this);
  }

  #exit(): void {
    this.#ready = false;
    const running = this.#jobs.get(Atomics.load(this.#progress, 0));
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#events.ended(this, jobs, running, this.#stopped);
  }
}
