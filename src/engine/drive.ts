import type { JournalEntry } from '../core/effect.ts';
import { HookwrightError } from '../core/errors.ts';
import type { EventStatus } from '../core/event.ts';
import type { Answer, ExecutionResult, Failed, Needs, RunRecord } from '../core/run.ts';
import type { SecretUse } from '../core/secret-use.ts';
import type { Timer } from '../core/timer.ts';
import type { Stoppable, StopReason } from './effects/performer.ts';
import type { Journal } from './journal.ts';
import { OpenEffects, type OpenEffectsParts } from './open-effects.ts';
import type { RunStep, RunStore, Sandbox } from './ports.ts';
import { failedWith } from './refusal.ts';
import type { SecretSource } from './secret-source.ts';
import { executionOf, type RunState, type Subject } from './subject.ts';

export interface DriveParts extends OpenEffectsParts {
  readonly sandbox: Sandbox;
  readonly secrets: SecretSource;
  readonly store: Pick<RunStore, 'advance'>;
  /** Cancels runs that these entries called and that wait. */
  readonly cancelCalled: (run: RunRecord, entries: readonly JournalEntry[]) => Promise<void>;
  readonly timer: Timer;
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
  readonly end: (record: RunRecord, result: Exclude<ExecutionResult, Needs>) => RunRecord;
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
  readonly #effects: OpenEffects;
  #record: RunRecord;
  #stop: StopReason | undefined;
  #first = true;
  /** Secrets were read or used since the record was written: what depends on it must not leave before. */
  #computed = false;
  /**
   * Milliseconds that count against the run's limit, since it was last taken up: the journal cannot tell
   * the time that an effect took from the time that no process was there.
   */
  #spentMs = 0;
  #wake: () => void = () => {};

  constructor(parts: DriveParts, { record, subject, journal }: RunState, options: DriveOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#record = record;
    this.#computed = record.secretUse !== undefined;
    this.#subject = subject;
    this.#journal = journal;
    this.#effects = new OpenEffects(parts, subject, journal, options.depth, () => this.#wake());
  }

  stop(reason: StopReason): void {
    // What was cancelled stays so when the process stops; nothing outlives `abandon`.
    if (this.#stop === undefined || this.#stop === 'yield' || reason === 'abandon') {
      this.#stop = reason;
    }
    if (reason !== 'yield') this.#effects.abort();
    this.#effects.stopCalled(reason);
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
      this.#effects.abort();
    }
  }

  async #execute(): Promise<ExecutionResult> {
    this.#effects.fresh = false;
    const { sandbox, secrets } = this.#parts;
    const journal = this.#journal.entries();
    const result = await sandbox.execute(
      executionOf(this.#subject, this.#record, journal, secrets),
    );
    const { answer, logs, cpuMs, secretUse } = result;
    if (hasMore(secretUse, this.#record.secretUse)) this.#computed = true;
    this.#record = {
      ...this.#record,
      logs,
      cpuMs: this.#record.cpuMs + cpuMs,
      ...(answer === undefined ? {} : { answer }),
      ...(secretUse === undefined ? {} : { secretUse }),
    };
    return result;
  }

  /** From one execution to the next: `undefined` when there is reason to execute again. */
  async #step(needs: Needs): Promise<DriveEnd | Failed | undefined> {
    // What the guest has seen is on disk: the answer depends on nothing that a crash could undo.
    if (!this.#unwritten) this.#offer(needs.answer);
    if (this.#yielding()) return this.#yield(needs);
    const excess = this.#effects.begin(needs, this.#record);
    if (excess !== undefined) return failedWith(excess, needs.logs);
    this.#effects.settle(this.#record);
    for (;;) {
      const dueAt = this.#effects.fresh || this.#stopping() ? undefined : this.#effects.restUntil();
      if (this.#unwritten || dueAt !== undefined) await this.#write(dueAt);
      this.#offer(needs.answer);
      if (dueAt !== undefined) return this.#resting(dueAt);
      if (this.#effects.fresh || this.#stopping()) return undefined;
      this.#effects.start(this.#record);
      if (this.#effects.performing > 0) {
        if (!(await this.#pause())) return this.#overTime(needs);
      } else if (this.#journal.open().length === 0) return stuck(needs);
      this.#effects.settle(this.#record);
      if (this.#effects.fresh || this.#stopping()) return undefined;
    }
  }

  /** Waits until something has happened; false where the run's time is over. */
  async #pause(): Promise<boolean> {
    const { clock, timer } = this.#parts;
    const began = clock();
    const { counted } = this.#effects;
    const left = counted ? this.#subject.program.limits.timeoutMs - this.#spentMs : undefined;
    if (left !== undefined && left <= 0) return false;
    const dueAt = this.#effects.earliest();
    const times = [left, dueAt === undefined ? undefined : dueAt - began].flatMap((ms) => ms ?? []);
    await new Promise<void>((resolve) => {
      const cancel = times.length === 0 ? () => {} : timer(Math.min(...times), () => this.#wake());
      this.#wake = () => {
        cancel();
        this.#wake = () => {};
        resolve();
      };
    });
    await this.#effects.stored();
    if (counted) this.#spentMs += clock() - began;
    return this.#effects.fresh || this.#spentMs < this.#subject.program.limits.timeoutMs;
  }

  /** Whether there is something that the outcome depends on and the store does not have. */
  get #unwritten(): boolean {
    return this.#journal.unwritten || this.#computed;
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
    while (this.#effects.performing > 0 && this.#yielding()) {
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
    this.#computed = false;
    await this.#parts.store.advance({
      run: this.#record,
      lease: lease(),
      ...entries,
      ...(first && event !== undefined ? { event } : {}),
    });
    if (first) begun?.();
  }

  async #end(result: Exclude<ExecutionResult, Needs>): Promise<DriveEnd> {
    if (result.status === 'finished') await this.#awaitUnawaited(result.answer);
    if (this.#stop === 'abandon') return this.#abandoned();
    this.#effects.abort();
    this.#effects.stopCalled('cancel');
    await this.#effects.ended();
    const parked = this.#effects.parked();
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
    if (this.#effects.performing === 0) return;
    if (this.#unwritten) await this.#write(undefined);
    this.#offer(answer);
    while (this.#effects.performing > 0 && this.#stop !== 'abandon' && this.#stop !== 'cancel') {
      if (!(await this.#pause())) return;
    }
  }

  #abandoned(): DriveEnd {
    return { how: 'abandoned', record: this.#record };
  }
}

/** What is recorded stays: there is only more of it. */
function hasMore(use: SecretUse | undefined, before: SecretUse | undefined): boolean {
  return sizeOf(use) > sizeOf(before);
}

function sizeOf(use: SecretUse | undefined): number {
  return use === undefined ? 0 : Object.keys(use.names).length + Object.keys(use.digests).length;
}

function stuck(needs: Needs): Failed {
  const message = 'Expected the program to go on or to end; it awaits what can never come.';
  return failedWith({ code: 'run.stuck', message, status: 500 }, needs.logs);
}
