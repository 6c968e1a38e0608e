import { Worker } from 'node:worker_threads';
import type { Execution, ExecutionResult } from '../core/run.ts';
import { threadEntry } from '../core/threads.ts';
import {
  BATCHES_UNDER_WAY_MAX,
  HARD_DEADLINE_FACTOR,
  HARD_DEADLINE_GRACE_MS,
  PROGRAMS_KNOWN_MAX,
  SNAPSHOTS_BYTES_MAX,
  THREAD_STACK_MB,
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
  #lastSeen = 0;
  #lastSeenMs = 0;

  constructor(base: unknown, events: ThreadEvents) {
    this.#events = events;
    const progress = this.#progress.buffer as SharedArrayBuffer;
    const data: ThreadData = { base, progress, snapshotsBytesMax: SNAPSHOTS_BYTES_MAX };
    this.#worker = new Worker(threadEntry(import.meta.url, 'sandbox/guest/thread'), {
      workerData: data,
      execArgv: [],
      resourceLimits: { stackSizeMb: THREAD_STACK_MB },
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
    return this.#ready && !this.#stopped && this.#batches < BATCHES_UNDER_WAY_MAX;
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
   * Looks at what the thread is doing, and stops it where one run has taken too long. Counts the time
   * between looks as it should have been, so that a process that slept finds no run guilty.
   */
  watch(elapsedMs: number): void {
    const number = Atomics.load(this.#progress, 0);
    if (number === 0 || number !== this.#lastSeen) {
      this.#lastSeen = number;
      this.#lastSeenMs = 0;
      return;
    }
    this.#lastSeenMs += elapsedMs;
    const job = this.#jobs.get(number);
    if (job === undefined || this.#stopped) return;
    const { cpuMs, timeoutMs } = job.execution.program.limits;
    const deadline = Math.min(cpuMs, timeoutMs) * HARD_DEADLINE_FACTOR + HARD_DEADLINE_GRACE_MS;
    if (this.#lastSeenMs < deadline) return;
    this.#stopped = true;
    void this.#worker.terminate();
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
    if (!message.ended) return;
    this.#batches--;
    this.#events.room(this);
  }

  #exit(): void {
    this.#ready = false;
    const running = this.#jobs.get(Atomics.load(this.#progress, 0));
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#events.ended(this, jobs, running, this.#stopped);
  }
}
