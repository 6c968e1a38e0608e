import type { EffectRequest, JournalEntry } from '../../core/effect.ts';
import type { Program } from '../../core/program.ts';
import { formatSize } from '../../core/quantity.ts';
import { type Fault, lineOfStep } from '../protocol/failure.ts';
import { isEffectKind } from './effects/effect-args.ts';
import { InvalidEffect } from './effects/fields.ts';
import { KnownArgs } from './effects/known-args.ts';

/** Bytes of all arguments of one run: they cross to the thread again at each execution. */
const ARGS_BYTES_MAX = 32 * 1024 * 1024;
/** Characters around the first difference of two arguments that a message shows. */
const EXCERPT = 30;
const ADVICE =
  'A run must ask for the same again: go on with the revision that it began with, or begin a new run.';

/** An entry of the journal whose result is there. */
export type EndedEntry = JournalEntry & { readonly ended: NonNullable<JournalEntry['ended']> };

/**
 * One execution against its journal: numbers what the guest asks for, compares it with what was asked for
 * before, and gives out the recorded results in the order in which they arrived. It stands on the host,
 * out of reach of author code; once it has a `fault` the run has failed, whatever the guest does then.
 */
export class Replay {
  readonly #program: Program;
  readonly #args: KnownArgs;
  #entries: ReadonlyMap<number, JournalEntry>;
  /** By arrival. */
  #ended: readonly EndedEntry[];
  readonly #asked: EffectRequest[] = [];
  #given = 0;
  #bytes = 0;
  #now: number;
  #fault: Fault | undefined;

  /** @param now the time at the start of the run; from then on results move it */
  constructor(
    journal: readonly JournalEntry[],
    program: Program,
    now: number,
    args: KnownArgs = new KnownArgs(),
  ) {
    this.#program = program;
    this.#args = args;
    this.#now = now;
    // Most executions have no journal, and take less than 0.1 ms.
    this.#entries = journal.length === 0 ? NONE : byNumber(journal);
    this.#ended = journal.length === 0 ? [] : endedOf(journal);
  }

  /**
   * Takes a journal that goes on where this one ends.
   *
   * @returns `false`, and nothing has changed, where it tells anything else of what has happened so far
   */
  goOn(journal: readonly JournalEntry[]): boolean {
    if (this.#fault !== undefined) return false;
    const entries = byNumber(journal);
    const ended = endedOf(journal);
    for (let i = 0; i < this.#given; i++) {
      if (!isSameResult(ended[i], this.#ended[i])) return false;
    }
    for (const asked of this.#asked) {
      const known = entries.get(asked.number);
      if (known !== undefined && this.#difference(known, asked) !== undefined) return false;
    }
    this.#entries = entries;
    this.#ended = ended;
    return true;
  }

  /** Entries of the journal. */
  get size(): number {
    return this.#entries.size;
  }

  /** The time of the last result that was given, or of the start. */
  get now(): number {
    return this.#now;
  }

  /** Set once the run has asked for something else than its journal has, or for too much. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /**
   * Takes an ask of the guest.
   *
   * @param described JSON of the arguments, as the guest describes them
   * @returns `'asked'`, `'ended'` where there is a `fault`, or what is wrong with the arguments
   */
  ask(kind: string, step: number, described: string): 'asked' | 'ended' | { invalid: string } {
    if (this.#fault !== undefined) return 'ended';
    const number = this.#asked.length;
    if (!isEffectKind(kind)) return { invalid: 'Expected a kind of effect that there is' };
    if (this.#program.steps[step] === undefined) {
      return { invalid: 'Expected an effect within a step, got one outside of all' };
    }
    const { effects, outputBytes } = this.#program.limits;
    let args: string;
    try {
      args = this.#args.read(kind, described, this.#now, outputBytes);
    } catch (error) {
      if (error instanceof InvalidEffect) return { invalid: error.message };
      throw error;
    }
    if (number >= effects) {
      const message = `Expected at most ${effects} effects, got more. Raise \`limits.effects\` or do less per run.`;
      return this.#end({ code: 'limit.effects', message, step });
    }
    this.#bytes += args.length;
    if (this.#bytes > ARGS_BYTES_MAX) {
      const message = `Expected at most ${formatSize(ARGS_BYTES_MAX)} for all effects of a run, got more. Send less per run.`;
      return this.#end({ code: 'limit.effects', message, step });
    }
    const request: EffectRequest = { number, step, kind, args };
    const known = this.#entries.get(number);
    const other = known && this.#difference(known, request);
    if (other !== undefined) return this.#differ(other, step);
    this.#asked.push(request);
    return 'asked';
  }

  /**
   * The next result for the guest; to be called only when the guest has nothing left to do.
   *
   * @returns `undefined` where there is none (yet), or a `fault`
   */
  next(): EndedEntry | undefined {
    if (this.#fault !== undefined) return undefined;
    const entry = this.#ended[this.#given];
    if (entry === undefined) return undefined;
    if (entry.number >= this.#asked.length) {
      this.#differ(`${this.#named(entry)}, got no such effect by then`, entry.step);
      return undefined;
    }
    const { at, result } = entry.ended;
    if (!result.ok && result.code === 'limit.effects') {
      this.#end({ code: 'limit.effects', message: result.message, step: entry.step });
      return undefined;
    }
    this.#given++;
    this.#now = at;
    return entry;
  }

  /** Whether the guest awaits effects, to be called when `next` gives none. */
  get awaits(): boolean {
    return this.#asked.length > this.#given;
  }

  /** What the journal does not know yet. */
  get unknown(): readonly EffectRequest[] {
    return this.#asked.filter(({ number }) => !this.#entries.has(number));
  }

  /** Looks for effects of the journal that the run did not ask for, at its end or where it waits. */
  close(ended: boolean): void {
    if (this.#fault !== undefined) return;
    for (const entry of this.#entries.values()) {
      if (entry.number < this.#asked.length) continue;
      const got = ended ? 'the end of the run' : 'no such effect by then';
      this.#differ(`${this.#named(entry)}, got ${got}`, entry.step);
      return;
    }
  }

  #named({ number, kind, step }: JournalEntry): string {
    return `effect ${number} to be ${kind}${this.#place(step)} as in the journal`;
  }

  #place(step: number): string {
    const line = lineOfStep(step, this.#program);
    const name = this.#program.steps[step]?.name;
    return `${name === undefined ? '' : ` in the step "${name}"`}${line === 0 ? '' : ` at line ${line}`}`;
  }

  /** Without the `Expected` that it begins with. */
  #difference(known: JournalEntry, asked: EffectRequest): string | undefined {
    if (known.kind !== asked.kind || known.step !== asked.step) {
      return `${this.#named(known)}, got ${asked.kind}${this.#place(asked.step)}`;
    }
    if (known.args === asked.args) return undefined;
    let at = 0;
    while (known.args[at] === asked.args[at]) at++;
    const part = ({ args }: EffectRequest): string =>
      `${at > EXCERPT ? '…' : ''}${args.slice(Math.max(0, at - EXCERPT), at + EXCERPT)}${args.length > at + EXCERPT ? '…' : ''}`;
    return `${this.#named(known)} with ${part(known)}, got ${part(asked)}`;
  }

  #differ(difference: string, step: number): 'ended' {
    const message = `Expected ${difference}. ${ADVICE}`;
    return this.#end({ code: 'run.nondeterministic', message, step });
  }

  #end(fault: Fault): 'ended' {
    this.#fault = fault;
    return 'ended';
  }
}

const NONE: ReadonlyMap<number, JournalEntry> = new Map();

function byNumber(journal: readonly JournalEntry[]): ReadonlyMap<number, JournalEntry> {
  return new Map(journal.map((one) => [one.number, one]));
}

function endedOf(journal: readonly JournalEntry[]): readonly EndedEntry[] {
  return journal
    .filter((one): one is EndedEntry => one.ended !== undefined)
    .sort((a, b) => a.ended.arrival - b.ended.arrival);
}

function isSameResult(a: EndedEntry | undefined, b: EndedEntry | undefined): boolean {
  if (a === undefined || b === undefined || a.number !== b.number) return false;
  const { at, result } = a.ended;
  const other = b.ended.result;
  if (at !== b.ended.at) return false;
  if (result.ok && other.ok) return result.value === other.value;
  return (
    !result.ok &&
    !other.ok &&
    result.code === other.code &&
    result.message === other.message &&
    result.status === other.status
  );
}
