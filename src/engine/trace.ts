import { RUN_LIMITS_MAX } from '../core/limits.ts';
import type { RunLimits } from '../core/program.ts';
import type { ExecutionResult } from '../core/run.ts';
import { compile } from '../language/compile.ts';
import type { Sandbox } from './ports.ts';
import type { Outcome, Recording } from './recording.ts';
import { compareOutcomes, type Difference, outcomeOf, ranAway } from './replay/compare.ts';
import { execution, failedAs, versionWarnings, withLimits } from './replay.ts';
import { describe } from './route.ts';
import { entriesOf, type TraceEntry } from './trace/entries.ts';

/** Bytes that a traced run may use above what it may otherwise: the texts of its variables as they were. */
const TRACE_MEMORY_BYTES = 32 * 1024 * 1024;

const TIMED =
  'The run was ended by a limit of time, which depends on the machine: the trace may end at another step.';

export interface TraceReport {
  /** Whether the traced execution ended as the recorded run did; otherwise it is not the same run. */
  readonly same: boolean;
  readonly differences: readonly Difference[];
  /** What may explain differences, and where the trace was cut. */
  readonly warnings: readonly string[];
  /** In the order in which they began. */
  readonly entries: readonly TraceEntry[];
  /** How the execution ended; absent where it goes no further than the journal. */
  readonly outcome?: Outcome;
}

/**
 * Executes a recorded run again, as a program that tells each step that it takes, with the variables that it
 * changes and its effects. All results come from the recorded journal; nothing is performed.
 */
export async function trace(
  recording: Recording,
  sandbox: Pick<Sandbox, 'execute'>,
  version?: string,
): Promise<TraceReport> {
  const { revision, journal } = recording;
  const warnings = versionWarnings(recording, version);
  const { automation, diagnostics } = compile(revision.source, revision.automation, {
    trace: true,
  });
  if (automation === undefined) {
    const result = failedAs('run.automation_missing', describe(diagnostics));
    return report(recording, result, [], warnings);
  }
  const program = withLimits(automation.program, tracingLimits(recording));
  const result = await sandbox.execute({
    ...execution(recording, program, automation.policy),
    journal,
  });
  const entries = entriesOf(result, program.steps, journal);
  return report(recording, result, entries, [...warnings, ...cuts(result)]);
}

/**
 * Telling takes time and room of its own, which must not end a run that ended otherwise. One that a limit
 * has ended keeps that limit, and ends by it.
 */
function tracingLimits({ limits, outcome }: Recording): RunLimits {
  const code = outcome.failure?.code;
  const timed = ranAway(code);
  const full = code === 'limit.memory' || code === 'limit.stack';
  return {
    ...limits,
    ...(timed ? {} : { cpuMs: RUN_LIMITS_MAX.cpuMs, timeoutMs: RUN_LIMITS_MAX.timeoutMs }),
    ...(full ? {} : { memoryBytes: memoryOf(limits) }),
  };
}

function memoryOf({ memoryBytes }: RunLimits): number {
  return Math.min(memoryBytes + TRACE_MEMORY_BYTES, RUN_LIMITS_MAX.memoryBytes);
}

function cuts({ trace: items = [] }: ExecutionResult): string[] {
  return items.flatMap((item) => {
    if (item.is !== 'cut') return [];
    return item.of === 'all'
      ? ['The trace is cut: the run went on, and took more steps than a trace tells.']
      : [
          'Variables are not told to the end: there was too much in them to look at after each step.',
        ];
  });
}

function report(
  recording: Recording,
  result: ExecutionResult,
  entries: readonly TraceEntry[],
  warnings: readonly string[],
): TraceReport {
  const code = recording.outcome.failure?.code;
  const timed = ranAway(code) && result.status === 'failed' && result.failure.code === code;
  const differences = timed ? [] : compareOutcomes(recording.outcome, result, true);
  return {
    same: differences.length === 0,
    differences,
    warnings: timed ? [...warnings, TIMED] : warnings,
    entries,
    ...(result.status === 'needs' ? {} : { outcome: outcomeOf(result) }),
  };
}
