import type { Clock } from '../core/clock.ts';
import type { EffectResult, HttpArgs, JournalEntry, WaitArgs } from '../core/effect.ts';
import type { EventStatus } from '../core/event.ts';
import { HookwrightError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Answer, ExecutionResult, Failed, Needs, RunRecord } from '../core/run.ts';
import type { Timer } from '../core/timer.ts';
import type {
  EffectContext,
  Performed,
  Performers,
  Stoppable,
  StopReason,
} from './effects/performer.ts';
import { type Journal, spentMs } from './journal.ts';
import type { RunStep, RunStore, Sandbox } from './ports.ts';
import { failedWith, overLimit, refusalOf } from './refusal.ts';
import { executionOf, type RunState, type Subject } from './subject.ts';
import { UnderWay } from './under-way.ts';

export interface DriveParts {
  readonly sandbox: Sandbox;
  readonly store: Pick<RunStore, 'advance'>;
  readonly performers: Performers;
  /** Cancels runs that these entries called and that wait. */
  readonly cancelCalled: (run: RunRecord, entries: readonly JournalEntry[]) => Promise<void>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

/** What differs between runs of an event and runs that another run called. */
export interface DriveOptions {
  /** Calls above this run. */
  readonly depth: number;
  /** The lease that its steps are written under, from now on. */
  readonly lease: () => NonNullable<RunStep['lease']>;
  /** How a record rests while it waits until `dueAt`. */
  readonly rest: (record: RunRecord, dueAt: number) => RunRecord;
  /** The record of its end, which may be another attempt. */
  readonly end: (
    record: RunRecord,
    result: Exclude<ExecutionResult, Needs>,
  ) => RunRecord;
  /** The event's new status, in the same transaction as the first step. */
  readonly event?: { readonly id: string; readonly status: EventStatus };
  /** Called when the first step is on disk. */
  readonly begun?: () => void;
  /** Called when an answer may leave: what it depends on is on disk. */
  readonly answer?: (answer: Answer) => void;
  /** Whether somebody waits for the answer: then a stopping process lets the run go on. */
  readonly awaited?: () => boolean;
}

export type DriveEnd =
  | {
      readonly how: 'ended';
      readonly record: RunRecord;
      readonly result: Exclude<ExecutionResult, Needs>;
    }
  /** It waits, or was given back; it is to be taken up at `dueAt`. */
  | { readonly how: 'resting'; readonly record: RunRecord; readonly dueAt: number }
  | { readonly how: 'abandoned'; readonly record: RunRecord };

const CANCELLED: Failed = failedWith({
  code: 'run.cancelled',
  message: 'The run was cancelled.',
  status: 500,
});

/**
 * Takes one run from where its journal stands to its end, or to where it has nothing to do but wait.
 * Execute; write down the effects that it asks for, with the results that came before; perform them;
 * execute again with what has arrived. No effect is performed before its entry is on disk.
 */
export class Drive implements Stoppable {
  readonly #parts: DriveParts;
  readonly #options: DriveOptions;
  readonly #subject: Subject;
  readonly #journal: Journal;
  readonly #underWay = new UnderWay(() => this.#wake());
  readonly #abort = new AbortController();
  readonly #children = new Set<Stoppable>();
  /** Calls whose run waits, and until when. */
  readonly #parkedCalls = new Map<number, number>();
  #record: RunRecord;
  #stop: StopReason | undefined;
  /** Results have come that the guest has not seen. */
  #fresh = false;
  #first = true;
  #spentMs: number;
  #wake: () => void = () => {};

  constructor(parts: DriveParts, { record, subject, journal }: RunState, options: DriveOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#record = record;
    this.#subject = subject;
    this.#journal = journal;
    this.#spentMs = spentMs(journal.entries());
  }

  stop(reason: StopReason): void {
    // What was cancelled stays so when the process stops; nothing outlives `abandon`.
    if (this.#stop === undefined || this.#stop === 'yield' || reason === 'abandon') {
      this.#stop = reason;
    }
    if (reason !== 'yield') this.#abort.abort();
    for (const child of this.#children) child.stop(reason);
    this.#wake();
  }

  /**
   * @param first what the first execution gave, where it has been made
   * @throws what the store throws; then the run is left as it is on disk
   */
  async run(first?: ExecutionResult): Promise<DriveEnd> {
    try {
      let result = first ?? (await this.#execute());
      for (;;) {
        if (this.#stop === 'abandon') return this.#abandoned();
        if (this.#stop === 'cancel') return await this.#end({ ...CANCELLED, logs: result.logs });
        if (result.status !== 'needs') return await this.#end(result);
        const next = await this.#step(result);
        if (next === undefined) result = await this.#execute();
        else if ('status' in next) result = next;
        else return next;
      }
    } catch (error) {
      if (!(error instanceof HookwrightError && error.code === 'run.lease_lost')) throw error;
      // Another process has it, or somebody cancelled it there: what is under way here counts no more.
      this.#parts.log.write('warn', 'run.lease_lost', { run: this.#record.id });
      return this.#abandoned();
    } finally {
      this.#abort.abort();
    }
  }

  async #execute(): Promise<ExecutionResult> {
    this.#fresh = false;
    const execution = executionOf(this.#subject, this.#record, this.#journal.entries());
    const result = await this.#parts.sandbox.execute(execution);
    const { answer, logs, cpuMs } = result;
    this.#record = {
      ...this.#record,
      logs,
      cpuMs: this.#record.cpuMs + cpuMs,
      ...(answer === undefined ? {} : { answer }),
    };
    return result;
  }

  /** From one execution to the next: `undefined` when there is reason to execute again. */
  async #step(needs: Needs): Promise<DriveEnd | Failed | undefined> {
    // What the guest has seen is on disk: the answer depends on nothing that a crash could undo.
    if (!this.#journal.unwritten) this.#offer(needs.answer);
    if (this.#yielding()) return this.#yield(needs);
    const excess = this.#begin(needs);
    if (excess !== undefined) return failedWith(excess, needs.logs);
    this.#settle();
    for (;;) {
      const dueAt = this.#fresh || this.#stopping() ? undefined : this.#restUntil();
      if (this.#journal.unwritten || dueAt !== undefined) await this.#write(dueAt);
      this.#offer(needs.answer);
      if (dueAt !== undefined) return this.#resting(dueAt);
      if (this.#fresh || this.#stopping()) return undefined;
      this.#start();
      if (this.#underWay.size > 0) {
        if (!(await this.#pause())) return this.#overTime(needs);
      } else if (this.#journal.open().length === 0) return stuck(needs);
      this.#settle();
      if (this.#fresh || this.#stopping()) return undefined;
    }
  }

  /** Takes in what the guest asks for; refused effects have their result at once. */
  #begin(needs: Needs): Failed['failure'] | undefined {
    for (const effect of needs.effects) {
      const excess = overLimit(effect, this.#subject);
      if (excess !== undefined) return excess;
    }
    const now = this.#parts.clock();
    for (const effect of needs.effects) {
      this.#journal.begin(effect, now);
      const refusal = refusalOf(effect, this.#subject, now);
      if (refusal !== undefined) this.#ended({ ...effect, beganAt: now }, refusal);
    }
    return undefined;
  }

  /** Ends what needs no performing: waits that are over, and requests in doubt that must not be repeated. */
  #settle(): void {
    const now = this.#parts.clock();
    for (const entry of this.#journal.open()) {
      if (entry.kind === 'wait') {
        if (untilOf(entry) <= now) this.#ended(entry, { ok: true, value: 'null' });
      } else if (entry.kind === 'http' && !this.#underWay.has(entry.number)) {
        if (this.#journal.isInDoubt(entry.number) && isHeld(entry)) this.#ended(entry, IN_DOUBT);
      }
    }
  }

  /** The moment until which there is nothing to do; `undefined` where there is something. */
  #restUntil(): number | undefined {
    if (this.#underWay.size > 0) return undefined;
    const dueAt = this.#earliest();
    const all = this.#journal.open().every((entry) => this.#dueAt(entry) !== undefined);
    return all && dueAt !== undefined && dueAt > this.#parts.clock() ? dueAt : undefined;
  }

  /** When an open effect ends, or is to be looked at, without our doing. */
  #dueAt(entry: JournalEntry): number | undefined {
    return entry.kind === 'wait' ? untilOf(entry) : this.#parkedCalls.get(entry.number);
  }

  #earliest(): number | undefined {
    const all = this.#journal.open().flatMap((entry) => this.#dueAt(entry) ?? []);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  #start(): void {
    const now = this.#parts.clock();
    for (const entry of this.#journal.open()) {
      if (entry.kind === 'wait' || this.#underWay.has(entry.number)) continue;
      if ((this.#parkedCalls.get(entry.number) ?? now) > now) continue;
      this.#parkedCalls.delete(entry.number);
      const perform = this.#parts.performers[entry.kind];
      this.#underWay.start(
        entry,
        () => perform(this.#context(entry)),
        (performed) => this.#performed(entry, performed),
      );
    }
  }

  #context(entry: JournalEntry): EffectContext {
    return {
      run: this.#record,
      subject: this.#subject,
      depth: this.#options.depth,
      entry,
      signal: this.#abort.signal,
      reserveArrival: () => this.#journal.reserveArrival(),
      adopt: (child) => {
        this.#children.add(child);
        if (this.#stop !== undefined) child.stop(this.#stop);
        return () => this.#children.delete(child);
      },
    };
  }

  #performed(entry: JournalEntry, performed: Performed): void {
    switch (performed.how) {
      case 'result':
        this.#ended(entry, performed.result);
        return;
      case 'stored':
        this.#journal.endStored(entry.number, performed.at, performed.arrival, performed.result);
        this.#noticed(entry, performed.result, performed.at);
        return;
      case 'parked':
        this.#parkedCalls.set(entry.number, performed.dueAt);
        return;
      case 'stopped':
        return;
    }
  }

  #ended(entry: JournalEntry, result: EffectResult): void {
    const at = this.#parts.clock();
    this.#journal.end(entry.number, at, result);
    this.#noticed(entry, result, at);
  }

  #noticed(entry: JournalEntry, result: EffectResult, at: number): void {
    this.#fresh = true;
    this.#parts.log.write(result.ok ? 'info' : 'warn', 'effect', {
      run: this.#record.id,
      effect: entry.number,
      kind: entry.kind,
      ok: result.ok,
      ...(result.ok ? {} : { code: result.code, status: result.status }),
      ms: at - entry.beganAt,
    });
  }

  /** Waits until something has happened; false where the run's time is over. */
  async #pause(): Promise<boolean> {
    const { clock, timer } = this.#parts;
    const began = clock();
    const { counted } = this.#underWay;
    const left = counted ? this.#subject.program.limits.timeoutMs - this.#spentMs : undefined;
    if (left !== undefined && left <= 0) return false;
    const dueAt = this.#earliest();
    const times = [left, dueAt === undefined ? undefined : dueAt - began].flatMap((ms) => ms ?? []);
    await new Promise<void>((resolve) => {
      const cancel = times.length === 0 ? () => {} : timer(Math.min(...times), () => this.#wake());
      this.#wake = () => {
        cancel();
        this.#wake = () => {};
        resolve();
      };
    });
    await this.#underWay.stored();
    if (counted) this.#spentMs += clock() - began;
    return this.#fresh || this.#spentMs < this.#subject.program.limits.timeoutMs;
  }

  #offer(answer: Answer | undefined): void {
    if (answer !== undefined) this.#options.answer?.(answer);
  }

  #stopping(): boolean {
    return this.#stop === 'abandon' || this.#stop === 'cancel' || this.#yielding();
  }

  #yielding(): boolean {
    return this.#stop === 'yield' && this.#options.awaited?.() !== true;
  }

  /** Gives the run back as soon as nothing is under way. What the guest asked for last, it asks for again. */
  async #yield(needs: Needs): Promise<DriveEnd | Failed | undefined> {
    while (this.#underWay.size > 0 && this.#yielding()) {
      if (!(await this.#pause())) return this.#overTime(needs);
    }
    if (!this.#yielding()) return undefined;
    const dueAt = this.#parts.clock();
    await this.#write(dueAt);
    return this.#resting(dueAt);
  }

  #resting(dueAt: number): DriveEnd {
    return { how: 'resting', record: this.#record, dueAt };
  }

  #overTime(needs: Needs): Failed {
    const { timeoutMs } = this.#subject.program.limits;
    const message = `Expected the run to end within ${timeoutMs} ms besides its waits; see \`limits: { timeout }\`.`;
    return failedWith({ code: 'limit.time', message, status: 504 }, needs.logs);
  }

  /** Writes what the store does not have; `restUntil` where the run rests from now on. */
  async #write(restUntil: number | undefined): Promise<void> {
    const { rest } = this.#options;
    const { dueAt: _, ...record } = this.#record;
    this.#record =
      restUntil === undefined
        ? { ...record, status: 'running' }
        : rest({ ...record, status: this.#yielding() ? 'queued' : 'waiting' }, restUntil);
    await this.#advance(this.#journal.takeUnwritten());
  }

  async #advance(entries: Pick<RunStep, 'forgotten' | 'begun' | 'ended'>): Promise<void> {
    const { event, begun, lease } = this.#options;
    const first = this.#first;
    this.#first = false;
    await this.#parts.store.advance({
      run: this.#record,
      ...entries,
      lease: lease(),
      ...(first && event !== undefined ? { event } : {}),
    });
    if (first) begun?.();
  }

  async #end(result: Exclude<ExecutionResult, Needs>): Promise<DriveEnd> {
    if (result.status === 'finished') await this.#awaitUnawaited(result.answer);
    if (this.#stop === 'abandon') return this.#abandoned();
    this.#abort.abort();
    for (const child of this.#children) child.stop('cancel');
    await this.#underWay.ended();
    const parked = this.#journal.open().filter(({ number }) => this.#parkedCalls.has(number));
    if (parked.length > 0) await this.#parts.cancelCalled(this.#record, parked);
    const { dueAt: _, ...record } = this.#record;
    const { attempt } = record;
    this.#record = this.#options.end(record, result);
    // Another attempt begins with an empty journal.
    const again = this.#record.attempt > attempt;
    await this.#advance(again ? this.#journal.forget() : this.#journal.takeUnwritten());
    return { how: 'ended', record: this.#record, result };
  }

  /** The program has ended, and effects that it did not wait for are under way: they get their time. */
  async #awaitUnawaited(answer: Answer | undefined): Promise<void> {
    if (this.#underWay.size === 0) return;
    if (this.#journal.unwritten) await this.#write(undefined);
    this.#offer(answer);
    while (this.#underWay.size > 0 && this.#stop !== 'abandon' && this.#stop !== 'cancel') {
      if (!(await this.#pause())) return;
    }
  }

  #abandoned(): DriveEnd {
    return { how: 'abandoned', record: this.#record };
  }
}

function untilOf(entry: JournalEntry): number {
  return (JSON.parse(entry.args) as WaitArgs).until;
}

function isHeld(entry: JournalEntry): boolean {
  return (JSON.parse(entry.args) as HttpArgs).inDoubt === 'hold';
}

const IN_DOUBT: EffectResult = {
  ok: false,
  code: 'effect.in_doubt',
  message:
    'The request may have been sent before a crash, and its step says `in_doubt: hold`: look at the receiver, then run again.',
};

function stuck(needs: Needs): Failed {
  const message = 'Expected the program to go on or to end; it awaits what can never come.';
  return failedWith({ code: 'run.stuck', message, status: 500 }, needs.logs);
}
