import type { EventStatus } from '../core/event.ts';
import type { ExecutionResult, Needs, RunFailureCode, RunRecord } from '../core/run.ts';
import { answerOf } from './answers.ts';
import { Drive, type DriveEnd, type DriveParts } from './drive.ts';
import type { StopReason } from './effects/performer.ts';
import { backoffMs, LEASE_MS, RUN_BACKOFF } from './limits.ts';
import type { PendingAnswer } from './pending-answer.ts';
import { endedRecord, runFields } from './records.ts';
import type { RunState, Subject } from './subject.ts';

export interface LiveRunsParts {
  readonly drive: DriveParts;
  /** Names this process in leases. */
  readonly owner: string;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface DriveStart {
  /** What the first execution gave, where it has been made. */
  readonly first?: ExecutionResult;
  readonly caller?: PendingAnswer | undefined;
  /** Written with the run's first step. */
  readonly event?: { readonly id: string; readonly status: EventStatus };
  /** Called when the first step is on disk. */
  readonly begun?: () => void;
}

/** Told of what becomes of runs, so that those that are due are taken up again. */
export interface LiveRunsListener {
  /** A run rests until then. */
  due(at: number): void;
  /** One more run, or one fewer, is open. */
  opened(): void;
  closed(): void;
  /** There is room for another one. */
  left(): void;
}

/** A run that this process works on, from when it was claimed. */
interface Slot {
  drive?: Drive;
  stop?: StopReason;
  leased?: boolean;
  readonly done: Promise<unknown>;
}

/** Failures after which another attempt would end no better, or must not be made unasked. */
const NOT_RETRIED: ReadonlySet<RunFailureCode> = new Set<RunFailureCode>([
  'run.cancelled',
  'effect.refused',
  'effect.in_doubt',
  'limit.effects',
]);

/** Failures that the machine's load may have caused: even a run without effects may end otherwise. */
const OF_THE_MOMENT: ReadonlySet<RunFailureCode> = new Set<RunFailureCode>([
  'limit.time',
  'limit.cpu',
  'sandbox.lost',
]);

/** The runs that this process works on, apart from those without effects. Each is here once. */
export class LiveRuns {
  readonly #parts: LiveRunsParts;
  readonly #slots = new Map<string, Slot>();
  /** Callers that still wait for the answer of a run that rests. */
  readonly #callers = new Map<string, PendingAnswer>();
  listener: LiveRunsListener = { due() {}, opened() {}, closed() {}, left() {} };

  constructor(parts: LiveRunsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#slots.size;
  }

  has(id: string): boolean {
    return this.#slots.has(id);
  }

  /** Those whose lease is on disk. */
  leased(): readonly string[] {
    return [...this.#slots].flatMap(([id, { leased }]) => (leased === true ? [id] : []));
  }

  /** Works on a run; `open` makes it ready. Only for runs that are not here already. */
  take(id: string, open: () => Promise<RunState | undefined>): Promise<DriveEnd | undefined> {
    return this.#hold(id, async (slot) => {
      slot.leased = true;
      const state = await open();
      return state === undefined ? undefined : this.#drive(state, {}, slot);
    });
  }

  /** Works on a run that has just begun. Throws what the store throws. */
  async begin(state: RunState, start: DriveStart): Promise<DriveEnd> {
    this.listener.opened();
    return this.#hold(state.record.id, (slot) => this.#drive(state, start, slot));
  }

  /** Stops a run and resolves when it has stopped; false where it is not here. */
  async stop(id: string, reason: StopReason): Promise<boolean> {
    const slot = this.#slots.get(id);
    if (slot === undefined) return false;
    slot.stop = reason;
    slot.drive?.stop(reason);
    await slot.done.catch(() => {});
    return true;
  }

  /** Resolves when all have stopped. */
  async stopAll(reason: StopReason): Promise<void> {
    while (this.#slots.size > 0) {
      await Promise.all([...this.#slots.keys()].map((id) => this.stop(id, reason)));
    }
  }

  async #hold<T>(id: string, work: (slot: Slot) => Promise<T>): Promise<T> {
    let finish: () => void = () => {};
    const slot: Slot = {
      done: new Promise<void>((resolve) => {
        finish = resolve;
      }),
    };
    this.#slots.set(id, slot);
    try {
      return await work(slot);
    } finally {
      this.#slots.delete(id);
      finish();
      this.listener.left();
    }
  }

  async #drive(state: RunState, start: DriveStart, slot: Slot): Promise<DriveEnd> {
    const { drive: parts, owner } = this.#parts;
    const { id } = state.record;
    const caller = start.caller ?? this.#callers.get(id);
    const drive = new Drive(parts, state, {
      depth: 0,
      lease: () => ({ owner, until: parts.clock() + LEASE_MS }),
      rest: (record, dueAt) => ({ ...record, dueAt }),
      end: (record, result) => this.#end(state.subject, record, result, caller),
      answer: (answer) => caller?.give(answer),
      awaited: () => caller?.awaited === true,
      ...(start.event === undefined ? {} : { event: start.event }),
      begun: () => {
        slot.leased = true;
        start.begun?.();
      },
    });
    slot.drive = drive;
    if (slot.stop !== undefined) drive.stop(slot.stop);
    const end = await drive.run(start.first);
    if (end.how === 'resting') this.#rests(id, end.dueAt, caller);
    if (end.how === 'ended') this.#ended(end, caller);
    return end;
  }

  #rests(id: string, dueAt: number, caller: PendingAnswer | undefined): void {
    if (caller?.awaited === true) {
      this.#callers.set(id, caller);
      void caller.answer.then(() => this.#callers.delete(id));
    }
    this.listener.due(dueAt);
  }

  #ended(end: DriveEnd & { how: 'ended' }, caller: PendingAnswer | undefined): void {
    const { record, result } = end;
    caller?.give(answerOf(result, record.id));
    const level = record.status === 'succeeded' ? 'info' : 'warn';
    this.#parts.drive.log.write(level, 'run', runFields(record));
    if (record.dueAt === undefined) this.listener.closed();
    else this.listener.due(record.dueAt);
  }

  /** How a run's record is left: ended, or queued for another attempt. */
  #end(
    subject: Subject,
    record: RunRecord,
    result: Exclude<ExecutionResult, Needs>,
    caller: PendingAnswer | undefined,
  ): RunRecord {
    const now = this.#parts.drive.clock();
    const ended = endedRecord(record, result, now);
    if (caller?.awaited === true) return ended;
    return this.retryAt(subject, ended, true) ?? ended;
  }

  /**
   * The record of another attempt for a background run that failed: queued, with an empty journal and
   * the last failure; `undefined` where there is to be none.
   *
   * @param effects whether it had effects: without, it would fail in the same way again
   */
  retryAt(subject: Subject, record: RunRecord, effects: boolean): RunRecord | undefined {
    const { retry } = subject;
    const { failure, attempt, endedAt, secretUse: _, ...rest } = record;
    if (failure === undefined || endedAt === undefined || retry === undefined) return undefined;
    if (attempt >= retry.attempts || NOT_RETRIED.has(failure.code)) return undefined;
    if (!effects && !OF_THE_MOMENT.has(failure.code)) return undefined;
    const repetition = retry.backoff === 'fixed' ? 1 : attempt;
    const dueAt = endedAt + backoffMs(RUN_BACKOFF, repetition, this.#parts.random);
    return { ...rest, failure, attempt: attempt + 1, status: 'queued', dueAt };
  }
}
