import type { EffectRequest, JournalEntry } from '../../core/effect.ts';
import type { StepPlace } from '../../core/program.ts';
import type { ExecutionResult, LogLine } from '../../core/run.ts';
import type { TracedChange, TracedVariable, TraceItem } from '../../core/trace.ts';

/** An effect of the journal, or one that was asked for last and has no entry. */
export type TracedEffect = EffectRequest & Partial<Pick<JournalEntry, 'beganAt' | 'ended'>>;

/** One line of a trace: a step that was taken, a turn of a loop, or a part of a step that began. */
export interface TraceEntry {
  /** `part`: `catch`, `finally`, or a branch of `parallel`. */
  readonly is: 'step' | 'iteration' | 'part';
  /** Index into the program's steps; of the loop, or of the step that the part is of. */
  readonly step: number;
  readonly place: StepPlace;
  /** Steps around it. */
  readonly depth: number;
  /** From 1, of an iteration. */
  readonly count?: number;
  /** What the loop has set. */
  readonly variables?: readonly TracedVariable[];
  /** Of `if` and `choose`: what was taken. Of a part: its name. */
  readonly branch?: string;
  /** Its `when` is false. */
  readonly skipped?: true;
  /** What `catch` was given. */
  readonly error?: unknown;
  readonly changes: readonly TracedChange[];
  readonly effects: readonly TracedEffect[];
  readonly logs: readonly LogLine[];
  /** The answer was shaped here. */
  readonly answered?: true;
}

type Entry = { -readonly [K in keyof TraceEntry]: TraceEntry[K] } & {
  changes: TracedChange[];
  effects: TracedEffect[];
  logs: LogLine[];
};

/** Steps whose branches are told with the step itself, because they come right after it. */
const BRANCHING: ReadonlySet<string> = new Set(['if', 'choose']);

/**
 * Puts together what an execution has told one thing at a time. What happens at a step belongs to the last
 * entry of that step: branches of `parallel` take turns, and each has steps of its own.
 *
 * @param steps those of the program
 */
export function entriesOf(
  result: ExecutionResult,
  steps: readonly StepPlace[],
  journal: readonly JournalEntry[],
): readonly TraceEntry[] {
  const gatherer = new Gatherer(steps, result.logs, effectsOf(result, journal));
  for (const item of result.trace ?? []) gatherer.take(item);
  return gatherer.entries;
}

function effectsOf(
  result: ExecutionResult,
  journal: readonly JournalEntry[],
): ReadonlyMap<number, TracedEffect> {
  const asked = result.status === 'needs' ? result.effects : [];
  return new Map([...asked, ...journal].map((effect) => [effect.number, effect]));
}

class Gatherer {
  readonly entries: Entry[] = [];
  readonly #steps: readonly StepPlace[];
  readonly #effects: ReadonlyMap<number, TracedEffect>;
  readonly #logs: Iterator<LogLine>;
  /** The last entry of each step, and how deep the step is. */
  readonly #last = new Map<number, Entry>();
  readonly #depths = new Map<number, number>();
  readonly #counts = new Map<number, number>();

  constructor(
    steps: readonly StepPlace[],
    logs: readonly LogLine[],
    effects: ReadonlyMap<number, TracedEffect>,
  ) {
    this.#steps = steps;
    this.#logs = logs[Symbol.iterator]();
    this.#effects = effects;
  }

  take(item: TraceItem): void {
    if (item.is === 'cut') return;
    const { step } = item;
    switch (item.is) {
      case 'step':
        this.#depths.set(step, item.depth);
        this.#counts.set(step, 0);
        this.#open('step', step, item.depth);
        return;
      case 'iteration': {
        const count = (this.#counts.get(step) ?? 0) + 1;
        this.#counts.set(step, count);
        Object.assign(this.#part('iteration', step), { count, variables: item.variables });
        return;
      }
      case 'caught':
        Object.assign(this.#part('part', step), { branch: 'catch', error: item.error });
        return;
      case 'branch': {
        const isOwn = BRANCHING.has(this.#steps[step]?.kind ?? '');
        const entry = isOwn ? this.#at(step) : this.#part('part', step);
        entry.branch = item.branch;
        return;
      }
      default:
        this.#add(item, this.#at(step));
    }
  }

  #add(
    item: Extract<TraceItem, { is: 'skipped' | 'changed' | 'effect' | 'log' | 'answer' }>,
    entry: Entry,
  ): void {
    switch (item.is) {
      case 'skipped':
        entry.skipped = true;
        return;
      case 'answer':
        entry.answered = true;
        return;
      case 'changed':
        entry.changes.push(...item.changes);
        return;
      case 'effect': {
        const effect = this.#effects.get(item.number);
        if (effect !== undefined) entry.effects.push(effect);
        return;
      }
      case 'log': {
        const { value } = this.#logs.next() as { value?: LogLine };
        if (value !== undefined) entry.logs.push(value);
      }
    }
  }

  /** What belongs to a step that never began is the author's own doing; it is told all the same. */
  #at(step: number): Entry {
    return this.#last.get(step) ?? this.#open('step', step, 0);
  }

  #part(is: 'iteration' | 'part', step: number): Entry {
    return this.#open(is, step, (this.#depths.get(step) ?? 0) + 1);
  }

  #open(is: TraceEntry['is'], step: number, depth: number): Entry {
    const place = this.#steps[step] ?? { kind: '', line: 0, column: 0 };
    const entry: Entry = { is, step, place, depth, changes: [], effects: [], logs: [] };
    this.entries.push(entry);
    this.#last.set(step, entry);
    return entry;
  }
}
