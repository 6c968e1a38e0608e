import type { LogLine, RunFailure } from '../../core/run.ts';
import type { TracedChange, TracedVariable } from '../../core/trace.ts';
import type { Outcome, Recording } from '../../engine/recording.ts';
import type { Difference } from '../../engine/replay/compare.ts';
import type { TraceEntry } from '../../engine/trace/entries.ts';
import type { TraceReport } from '../../engine/trace.ts';
import { type AnswerJson, answerJson } from './represent.ts';
import { type EffectJson, effectJson } from './represent-run.ts';

/** A trace as the API tells it, and `run trace --json`. */
export interface TraceJson {
  readonly run: string;
  readonly automation: string;
  readonly revision: string;
  /** Whether the traced execution ended as the run did. */
  readonly same: boolean;
  readonly differences: readonly Difference[];
  readonly warnings: readonly string[];
  readonly entries: readonly TraceEntryJson[];
  readonly outcome: OutcomeJson | null;
}

/** See `TraceEntry`; what an entry has nothing of is `null` or empty. */
export interface TraceEntryJson {
  readonly is: TraceEntry['is'];
  readonly step: number;
  readonly kind: string;
  readonly name: string | null;
  readonly line: number;
  readonly column: number;
  readonly depth: number;
  readonly count: number | null;
  readonly branch: string | null;
  readonly skipped: boolean;
  readonly variables: readonly TracedVariable[];
  /** `null` where nothing was caught. */
  readonly error: unknown;
  readonly changes: readonly TracedChange[];
  readonly effects: readonly EffectJson[];
  readonly logs: readonly LogLine[];
  readonly answered: boolean;
}

export interface OutcomeJson {
  readonly status: Outcome['status'];
  readonly answer: AnswerJson | null;
  readonly value: unknown;
  readonly failure: RunFailure | null;
  readonly logs: readonly LogLine[];
}

export function traceJson({ run, revision }: Recording, report: TraceReport): TraceJson {
  const { same, differences, warnings, entries, outcome } = report;
  return {
    run: run.id,
    automation: revision.automation,
    revision: revision.id,
    same,
    differences,
    warnings,
    entries: entries.map(entryJson),
    outcome: outcome === undefined ? null : outcomeJson(outcome),
  };
}

export function outcomeJson({ status, answer, value, failure, logs }: Outcome): OutcomeJson {
  return {
    status,
    answer: answer === undefined ? null : answerJson(answer),
    value: value === undefined ? null : (JSON.parse(value) as unknown),
    failure: failure ?? null,
    logs,
  };
}

function entryJson(entry: TraceEntry): TraceEntryJson {
  const { is, step, place, depth, changes, effects, logs } = entry;
  return {
    is,
    step,
    kind: place.kind,
    name: place.name ?? null,
    line: place.line,
    column: place.column,
    depth,
    count: entry.count ?? null,
    branch: entry.branch ?? null,
    skipped: entry.skipped === true,
    variables: entry.variables ?? [],
    error: entry.error ?? null,
    changes,
    effects: effects.map((effect) => effectJson(effect, place.line)),
    logs,
    answered: entry.answered === true,
  };
}
