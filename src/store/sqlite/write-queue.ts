import { HookwrightError } from '../../core/errors.ts';
import type { RunStep } from '../../engine/ports.ts';
import { encodeBatch, type WriteCall, type Written } from './batch.ts';
import { fromFailureData, storeFailed } from './failure.ts';
import type { BatchMessage, FromThread } from './protocol.ts';

/**
 * 64 events with their settlements: about 1 ms of CPU, so that nobody waits long for the others. A batch
 * that is full goes at once, behind the one being committed; a smaller one waits for that to end.
 */
const BATCH_CALLS_MAX = 128;
/** Bytes of bodies at which a batch is closed; one call may be larger and is then alone. */
export const BATCH_BYTES_MAX: number = 8 * 1024 * 1024;
/** One being committed and a full one waiting behind it, so that the thread never idles between two. */
const BATCHES_UNDER_WAY_MAX = 2;
/**
 * Turns of the event loop in which a batch is gathered. A commit costs about 200 µs of CPU whatever its
 * size, waking both threads included, so few and large ones leave more to the rest. With 32 connections
 * over HTTP and a pretended sandbox: two small batches under way 12,400 requests/s (18 calls to a batch),
 * one 13,100 (24 calls), one gathered over three turns 13,500 (26 calls). Turns and not milliseconds,
 * because an idle loop turns in microseconds, so that a lone caller waits for nobody.
 */
const GATHER_TURNS = 3;
/** Calls that wait: a second's worth at full speed. More than that and the disk does not keep up. */
export const QUEUE_CALLS_MAX = 20_000;
/** Bytes of bodies that wait: what the process may hold beside its own needs. */
export const QUEUE_BYTES_MAX: number = 256 * 1024 * 1024;

interface Waiting {
  readonly call: WriteCall;
  readonly bytes: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HookwrightError) => void;
}

/**
 * Gathers writes into batches: those of a few turns of the event loop, and all that come while a batch is
 * under way.
 */
export class WriteQueue {
  readonly #send: (batch: BatchMessage) => void;
  readonly #onCommit: (calls: number) => void;
  readonly #underWay = new Map<number, readonly Waiting[]>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #scheduled = false;
  #nextId = 0;
  #refused: HookwrightError | undefined;
  #whenDrained: (() => void)[] = [];

  /**
   * @param send takes a batch; its answer comes back through `written`
   * @param onCommit is told how many calls each answered batch held
   */
  constructor(send: (batch: BatchMessage) => void, onCommit: (calls: number) => void) {
    this.#send = send;
    this.#onCommit = onCommit;
  }

  /** Resolves when the call is on disk. */
  write<C extends WriteCall>(call: C): Promise<Written[C['kind']]> {
    return new Promise((settle, reject) => {
      const resolve = settle as Waiting['resolve'];
      const bytes = bytesOf(call);
      const refusal = this.#refused ?? this.#overload(bytes);
      if (refusal !== undefined) return reject(refusal);
      this.#waiting.push({ call, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#schedule();
    });
  }

  written({ id, failures, values }: Extract<FromThread, { type: 'written' }>): void {
    const batch = this.#underWay.get(id) ?? [];
    this.#underWay.delete(id);
    const failed = new Map(failures);
    const given = new Map(values);
    for (const [position, item] of batch.entries()) {
      const failure = failed.get(position);
      if (failure === undefined) item.resolve(given.get(position));
      else item.reject(fromFailureData(failure));
    }
    this.#onCommit(batch.length);
    this.#schedule();
    this.#tellDrained();
  }

  /** Rejects every later call; what was accepted goes on. */
  refuse(error: HookwrightError): void {
    this.#refused = error;
  }

  /** Resolves when nothing waits and nothing is under way. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenDrained.push(resolve);
      this.#tellDrained();
    });
  }

  /** Rejects everything, now and from now on. */
  fail(error: HookwrightError): void {
    this.#refused ??= error;
    const lost = [...this.#underWay.values(), this.#waiting].flat();
    this.#underWay.clear();
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const item of lost) item.reject(error);
    this.#tellDrained();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#mayGo()) return;
    this.#scheduled = true;
    this.#gather(GATHER_TURNS);
  }

  #gather(turns: number): void {
    setImmediate(() => {
      if (turns > 1 && !this.#full()) return this.#gather(turns - 1);
      this.#scheduled = false;
      this.#flush();
    });
  }

  #full(): boolean {
    return this.#waiting.length >= BATCH_CALLS_MAX || this.#waitingBytes >= BATCH_BYTES_MAX;
  }

  #mayGo(): boolean {
    if (this.#waiting.length === 0) return false;
    return this.#underWay.size < (this.#full() ? BATCHES_UNDER_WAY_MAX : 1);
  }

  #flush(): void {
    while (this.#mayGo()) {
      const batch = this.#take();
      const id = this.#nextId++;
      this.#underWay.set(id, batch);
      try {
        const calls = batch.map((item) => item.call);
        this.#send(encodeBatch(id, calls));
      } catch (error) {
        // Thrown here it would end the process, and nobody would learn what became of the calls.
        this.#underWay.delete(id);
        for (const item of batch) item.reject(storeFailed('be sent a batch', error));
        this.#tellDrained();
      }
    }
  }

  #take(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const item of this.#waiting) {
      if (count === BATCH_CALLS_MAX || (count > 0 && bytes + item.bytes > BATCH_BYTES_MAX)) break;
      count++;
      bytes += item.bytes;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  #overload(bytes: number): HookwrightError | undefined {
    const calls = this.#waiting.length + 1;
    if (calls > QUEUE_CALLS_MAX) return overload(`${QUEUE_CALLS_MAX} calls`, calls);
    // A body that is larger than the whole limit may still go alone.
    const total = this.#waitingBytes + bytes;
    if (calls > 1 && total > QUEUE_BYTES_MAX) return overload(`${QUEUE_BYTES_MAX} bytes`, total);
    return undefined;
  }

  #tellDrained(): void {
    if (this.#waiting.length > 0 || this.#underWay.size > 0) return;
    for (const resolve of this.#whenDrained) resolve();
    this.#whenDrained = [];
  }
}

function bytesOf(call: WriteCall): number {
  if (call.kind === 'capture') {
    const { event, message } = call;
    return event.body.length + (event.data?.length ?? 0) + (message?.data.length ?? 0);
  }
  if (call.kind === 'perform') return 'message' in call.act ? call.act.message.data.length : 0;
  if (call.kind === 'advance') return bytesOfStep(call.step);
  if (call.kind === 'publish') return call.message.data.length;
  if (call.kind === 'attempt') {
    const { request, response } = call.settlement.attempt;
    return (request.body?.length ?? 0) + (response?.body.length ?? 0);
  }
  let bytes = 0;
  for (const run of call.runs) bytes += run.answer?.body.length ?? 0;
  return bytes;
}

function bytesOfStep({ run, begun, ended }: RunStep): number {
  let bytes = run.answer?.body.length ?? 0;
  for (const { effect } of begun) bytes += effect.args.length;
  for (const { result } of ended) bytes += result.ok ? result.value.length : result.message.length;
  return bytes;
}

function overload(most: string, got: number): HookwrightError {
  return new HookwrightError(
    'store.failed',
    `Expected at most ${most} to wait for the disk, got ${got}.`,
    { next: 'Send less at once, or give the data folder a faster disk.' },
  );
}
