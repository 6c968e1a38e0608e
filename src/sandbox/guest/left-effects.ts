import type { Program } from '../../core/program.ts';
import type { ExecutionResult, LogLine } from '../../core/run.ts';
import { lineOfStep } from '../protocol/failure.ts';
import type { Replay } from './replay.ts';

type Finished = Extract<ExecutionResult, { status: 'finished' }>;

/** The result of a run that awaits effects which have none yet. */
export function needing({ answer, logs, cpuMs }: Finished, replay: Replay): ExecutionResult {
  const answered = answer === undefined ? {} : { answer };
  return { status: 'needs', effects: replay.unknown, ...answered, logs, cpuMs };
}

/**
 * A program has ended when it has returned. What it asked for since the journal's last entry and did not
 * await is not done; its author should know.
 */
export function withUnsent(result: Finished, replay: Replay, program: Program): ExecutionResult {
  const unsent = replay.unknown;
  if (unsent.length === 0) return result;
  const lines = unsent.map(({ number, kind, step }): LogLine => {
    const text = `Effect ${number} (${kind}) was not performed, because the run ended without awaiting it`;
    return { level: 'warn', text, line: lineOfStep(step, program) };
  });
  return { ...result, logs: [...result.logs, ...lines] };
}
