import type { Clock } from '../core/clock.ts';
import type { EffectResult, HttpArgs, JournalEntry, WaitArgs } from '../core/effect.ts';
import type { Log } from '../core/log.ts';
import type { Failed, Needs, RunRecord } from '../core/run.ts';
import type {
  EffectContext,
  Performed,
  Performers,
  Stoppable,
  StopReason,
} from './effects/performer.ts';
import type { Journal } from './journal.ts';
import { overLimit, refusalOf } from './refusal.ts';
import type { Subject } from './subject.ts';
import { UnderWay } from './under-way.ts';

export interface OpenEffectsParts {
  readonly performers: Performers;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The effects of one run that have no result yet: begun, performed, waited for. Results go into the
 * journal; `fresh` says that the guest has not seen all of them.
 */
export class OpenEffects {
  readonly #parts: OpenEffectsParts;
  readonly #subject: Subject;
  readonly #journal: Journal;
  readonly #depth: number;
  readonly #underWay: UnderWay;
  readonly #abort = new AbortController();
  readonly #children = new Set<Stoppable>();
  /** Calls whose run waits, and until when. */
  readonly #parkedCalls = new Map<number, number>();
  #stop: StopReason | undefined;
  /** Results have come that the guest has not seen. */
  fresh = false;

  /**
   * @param depth calls above the run
   * @param wake called when something has happened
   */
  constructor(
    parts: OpenEffectsParts,
    subject: Subject,
    journal: Journal,
    depth: number,
    wake: () => void,
  ) {
    this.#parts = parts;
    this.#subject = subject;
    this.#journal = journal;
    this.#depth = depth;
    this.#underWay = new UnderWay(wake);
  }

  /** How many are being performed. */
  get performing(): number {
    return this.#underWay.size;
  }

  /** Whether time that passes now counts against the run's limit. */
  get counted(): boolean {
    return this.#underWay.counted;
  }

  /** Stops what is being performed; nobody wants its result. */
  abort(): void {
    // Nearly every run ends with nothing under way, and the event costs 3 % of a run with one effect.
    if (this.#underWay.size > 0) this.#abort.abort();
  }

  /** Stops called runs, and those that are about to be called. */
  stopCalled(reason: StopReason): void {
    this.#stop = reason;
    for (const child of this.#children) child.stop(reason);
  }

  /** Calls whose run waits. */
  parked(): readonly JournalEntry[] {
    return this.#journal.open().filter(({ number }) => this.#parkedCalls.has(number));
  }

  /** Resolves when results that the store writes are there. Throws what the store throws. */
  stored(): Promise<void> {
    return this.#underWay.stored();
  }

  /** Resolves when nothing is being performed any more, whatever became of it. */
  ended(): Promise<void> {
    return this.#underWay.ended();
  }

  /** Takes in what the guest asks for; refused effects have their result at once. */
  begin(needs: Needs, run: RunRecord): Failed['failure'] | undefined {
    for (const effect of needs.effects) {
      const excess = overLimit(effect, this.#subject);
      if (excess !== undefined) return excess;
    }
    const now = this.#parts.clock();
    for (const effect of needs.effects) {
      this.#journal.begin(effect, now);
      const refusal = refusalOf(effect, this.#subject, now);
      if (refusal !== undefined) this.#end({ ...effect, beganAt: now }, refusal, run);
    }
    return undefined;
  }

  /** Ends what needs no performing: waits that are over, and requests in doubt that must not be repeated. */
  settle(run: RunRecord): void {
    const now = this.#parts.clock();
    for (const entry of this.#journal.open()) {
      if (entry.kind === 'wait') {
        if (untilOf(entry) <= now) this.#end(entry, { ok: true, value: 'null' }, run);
      } else if (entry.kind === 'http' && !this.#underWay.has(entry.number)) {
        if (this.#journal.isInDoubt(entry.number) && isHeld(entry)) this.#end(entry, IN_DOUBT, run);
      }
    }
  }

  /** The moment until which there is nothing to do; `undefined` where there is something. */
  restUntil(): number | undefined {
    if (this.#underWay.size > 0) return undefined;
    const dueAt = this.earliest();
    const all = this.#journal.open().every((entry) => this.#dueAt(entry) !== undefined);
    return all && dueAt !== undefined && dueAt > this.#parts.clock() ? dueAt : undefined;
  }

  /** When an open effect ends, or is to be looked at, without our doing. */
  #dueAt(entry: JournalEntry): number | undefined {
    return entry.kind === 'wait' ? untilOf(entry) : this.#parkedCalls.get(entry.number);
  }

  earliest(): number | undefined {
    const all = this.#journal.open().flatMap((entry) => this.#dueAt(entry) ?? []);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  start(run: RunRecord): void {
    const now = this.#parts.clock();
    for (const entry of this.#journal.open()) {
      if (entry.kind === 'wait' || this.#underWay.has(entry.number)) continue;
      if ((this.#parkedCalls.get(entry.number) ?? now) > now) continue;
      this.#parkedCalls.delete(entry.number);
      const perform = this.#parts.performers[entry.kind];
      this.#underWay.start(
        entry,
        () => perform(this.#context(entry, run)),
        (performed) => this.#performed(entry, performed, run),
      );
    }
  }

  #context(entry: JournalEntry, run: RunRecord): EffectContext {
    return {
      run,
      subject: this.#subject,
      depth: this.#depth,
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

  #performed(entry: JournalEntry, performed: Performed, run: RunRecord): void {
    switch (performed.how) {
      case 'result':
        this.#end(entry, performed.result, run);
        return;
      case 'stored':
        this.#journal.endStored(entry.number, performed.at, performed.arrival, performed.result);
        this.#noticed(entry, performed.result, performed.at, run);
        return;
      case 'parked':
        this.#parkedCalls.set(entry.number, performed.dueAt);
        return;
      case 'stopped':
        return;
    }
  }

  #end(entry: JournalEntry, result: EffectResult, run: RunRecord): void {
    const at = this.#parts.clock();
    this.#journal.end(entry.number, at, result);
    this.#noticed(entry, result, at, run);
  }

  #noticed(entry: JournalEntry, result: EffectResult, at: number, run: RunRecord): void {
    this.fresh = true;
    this.#parts.log.write(result.ok ? 'debug' : 'warn', 'effect', {
      run: run.id,
      effect: entry.number,
      kind: entry.kind,
      ok: result.ok,
      ...(result.ok ? {} : { code: result.code, status: result.status }),
      ms: at - entry.beganAt,
    });
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
