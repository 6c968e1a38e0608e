import { HookwrightError } from '../core/errors.ts';
import { threadEntry } from '../core/installation.ts';
import type { Execution, ExecutionResult } from '../core/run.ts';
import {
  BATCH_RUNS_MAX,
  EXECUTIONS_WAITING_MAX,
  STARTS_FAILED_MAX,
  TRIES_MAX,
  WATCH_INTERVAL_MS,
} from './limits.ts';
import { describeFailure, timeCode } from './protocol/failure.ts';
import { type Job, SandboxThread } from './sandbox-thread.ts';

export interface SandboxOptions {
  /** At least 1. Each takes a processor while it works, and about 30 MB. */
  readonly threads: number;
  /** The threads' entry file; another one in tests of threads that die. */
  readonly entry?: URL;
}

/** Implements the engine's port `Sandbox`. */
export interface Sandbox {
  execute(execution: Execution): Promise<ExecutionResult>;
  close(): Promise<void>;
}

/**
 * Starts the threads and waits until the first is ready (about 150 ms); the others follow.
 *
 * @throws Error where the first thread does not start
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const entry = options.entry ?? threadEntry(import.meta.url, 'sandbox/guest/thread');
  const pool = new Pool(Math.max(1, Math.floor(options.threads)), entry);
  await pool.open();
  return pool;
}

/**
 * Shares executions out to threads. An execution depends on nothing but what it is given, so one whose
 * thread was stopped under it is simply executed again elsewhere.
 */
class Pool implements Sandbox {
  readonly #count: number;
  readonly #entry: URL;
  readonly #threads: SandboxThread[] = [];
  /** Threads that are left with one late run. At most as many as the others. */
  readonly #retired = new Set<SandboxThread>();
  #base: unknown;
  /** In order; those before `#next` are gone. */
  #waiting: Job[] = [];
  #next = 0;
  #lastNumber = 0;
  #unsettled = 0;
  #startsFailed = 0;
  #flushing = false;
  #watch: NodeJS.Timeout | undefined;
  #watchedAt = 0;
  #closing = false;
  #opened: Deferred<void> | undefined;
  #drained: Deferred<void> | undefined;

  constructor(count: number, entry: URL) {
    this.#count = count;
    this.#entry = entry;
  }

  open(): Promise<void> {
    this.#opened = withResolvers();
    this.#start();
    return this.#opened.promise;
  }

  execute(execution: Execution): Promise<ExecutionResult> {
    if (this.#closing) return Promise.reject(shuttingDown());
    if (this.#waiting.length - this.#next >= EXECUTIONS_WAITING_MAX) {
      const message = `Expected at most ${EXECUTIONS_WAITING_MAX} executions to wait, got more`;
      return Promise.reject(new HookwrightError('request.queue_full', message));
    }
    const { promise, resolve } = withResolvers<ExecutionResult>();
    this.#unsettled++;
    const settle = (result: ExecutionResult): void => {
      this.#unsettled--;
      if (this.#unsettled === 0) this.#drained?.resolve();
      resolve(result);
    };
    this.#waiting.push({ number: this.#number(), execution, settle, deaths: 0 });
    // A full batch need not wait for the rest of this turn, which may be 30 requests long.
    if (this.#waiting.length - this.#next >= BATCH_RUNS_MAX) this.#flush();
    else this.#flushSoon();
    return promise;
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#unsettled > 0) {
      this.#drained ??= withResolvers();
      await this.#drained.promise;
    }
    clearInterval(this.#watch);
    const threads = [...this.#threads.splice(0), ...this.#retired];
    this.#retired.clear();
    await Promise.all(threads.map((thread) => thread.close()));
  }

  /** Not 0, which means none, and within the 32 bits that a thread has for it. */
  #number(): number {
    this.#lastNumber = (this.#lastNumber % 0x7fff_ffff) + 1;
    return this.#lastNumber;
  }

  #start(): void {
    const thread = new SandboxThread(this.#entry, this.#base, {
      ready: (_thread, base) => this.#ready(base),
      room: () => this.#flush(),
      again: (job) => this.#again([job]),
      ended: (ended, jobs, running, stopped) => this.#ended(ended, jobs, running, stopped),
    });
    this.#threads.push(thread);
  }

  #ready(base: unknown): void {
    this.#base ??= base;
    this.#startsFailed = 0;
    this.#opened?.resolve();
    while (this.#threads.length < this.#count && !this.#closing) this.#start();
    this.#flush();
  }

  #again(jobs: readonly Job[]): void {
    this.#waiting.splice(this.#next, 0, ...jobs);
    this.#flushSoon();
  }

  #ended(
    thread: SandboxThread,
    jobs: readonly Job[],
    running: Job | undefined,
    stopped: boolean,
  ): void {
    const at = this.#threads.indexOf(thread);
    const retired = this.#retired.delete(thread);
    if (at === -1 && !retired) return; // Closed.
    if (!retired) this.#threads.splice(at, 1);
    const rest: Job[] = [];
    for (const job of jobs) {
      if (job === running && stopped) {
        fail(job, timeCode(job.execution.program));
      } else if (
        !stopped &&
        (running === undefined || job === running) &&
        ++job.deaths >= TRIES_MAX
      ) {
        fail(job, 'sandbox.lost');
      } else {
        rest.push(job);
      }
    }
    if (!thread.wasReady) this.#startsFailed++;
    if (retired) this.#flush();
    else if (this.#startsFailed < STARTS_FAILED_MAX) this.#start();
    else if (this.#threads.length === 0) this.#giveUp(rest.splice(0), thread.error);
    this.#again(rest);
  }

  /** Lets all but its late run move on to a new thread. */
  #replace(thread: SandboxThread): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    this.#retired.add(thread);
    this.#start();
    this.#again(thread.retire());
  }

  /** No thread starts any more: what waits fails, and the next execution tries again. */
  #giveUp(jobs: readonly Job[], cause: unknown): void {
    const message = `Expected a sandbox thread to start, got ${STARTS_FAILED_MAX} failures in a row`;
    this.#opened?.reject(new Error(message, { cause }));
    for (const job of [...jobs, ...this.#waiting.splice(0).slice(this.#next)]) {
      fail(job, 'sandbox.lost');
    }
    this.#next = 0;
  }

  /** Executions of the same turn of the event loop share their batches. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#threads.length === 0 && this.#waiting.length > this.#next && !this.#closing) {
      this.#startsFailed = STARTS_FAILED_MAX - 1;
      this.#start();
    }
    for (;;) {
      const count = this.#waiting.length - this.#next;
      // The first that has room, not the least busy one: shared out, 32 runs at once made small batches
      // and 9,300 requests a second on two cores; gathered in one thread, large ones and 10,600.
      const thread = this.#threads.find(({ hasRoom }) => hasRoom);
      if (count === 0 || thread === undefined) break;
      const end = this.#next + Math.min(count, BATCH_RUNS_MAX);
      thread.send(this.#waiting.slice(this.#next, end));
      this.#next = end;
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    this.#watchOver();
  }

  /** Looks after the threads while any of them works. */
  #watchOver(): void {
    if (this.#watch !== undefined || this.#unsettled === 0) return;
    this.#watchedAt = performance.now();
    this.#watch = setInterval(() => {
      const now = performance.now();
      const elapsed = Math.min(now - this.#watchedAt, 2 * WATCH_INTERVAL_MS);
      this.#watchedAt = now;
      for (const thread of this.#retired) thread.watch(elapsed);
      for (const thread of [...this.#threads]) {
        if (thread.watch(elapsed) && this.#retired.size < this.#count) this.#replace(thread);
      }
      if (this.#unsettled > 0) return;
      clearInterval(this.#watch);
      this.#watch = undefined;
    }, WATCH_INTERVAL_MS);
    this.#watch.unref();
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** `Promise.withResolvers`, which Node 20 has not. */
function withResolvers<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function fail(job: Job, code: 'limit.cpu' | 'limit.time' | 'sandbox.lost'): void {
  const failure = describeFailure({ code, step: -1 }, job.execution.program);
  job.settle({ status: 'failed', failure, logs: [], cpuMs: 0 });
}

function shuttingDown(): HookwrightError {
  return new HookwrightError('request.shutting_down', 'Expected an open sandbox, got a closed one');
}
