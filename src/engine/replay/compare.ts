import type { Answer, ExecutionResult, LogLine, Needs, RunFailure } from '../../core/run.ts';
import type { Outcome } from '../recording.ts';

export type Ended = Exclude<ExecutionResult, Needs>;

/** One thing that a replay did otherwise. The values can be written as JSON. */
export interface Difference {
  /** `effects[2]`, `status`, `failure`, `answer.status`, `answer.headers`, `answer.body`, `value`, `logs[0]`. */
  readonly at: string;
  /** `null` where the recorded run has nothing there; for an effect, where the journal does not have it. */
  readonly recorded: unknown;
  /** `null` where the replay has nothing there; for an effect, where it was not asked for. */
  readonly replayed: unknown;
}

/** What ends a run without its program having a part in it: executing it again goes on where it stood. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set([
  'run.cancelled',
  'limit.time',
  'limit.cpu',
  'limit.effects',
  'effect.invalid',
  'run.stuck',
  'sandbox.lost',
]);

/** Whether a run may have been ended while it waited for effects, or before it could ask again. */
export function endedFromOutside({ failure }: Outcome): boolean {
  return failure !== undefined && FROM_OUTSIDE.has(failure.code);
}

/** Whether a failure depends on how fast the machine is. */
export function ranAway(code: string | undefined): boolean {
  return code === 'limit.time' || code === 'limit.cpu' || code === 'sandbox.lost';
}

export function outcomeOf(result: Ended): Outcome {
  const { answer, logs } = result;
  const common = { ...(answer === undefined ? {} : { answer }), logs };
  if (result.status === 'finished') {
    const { value } = result;
    return { status: 'succeeded', ...common, ...(value === undefined ? {} : { value }) };
  }
  const { failure } = result;
  return { status: 'failed', ...common, failure };
}

/**
 * @param exactly whether places in the file count: `false` where the automation was changed, whose lines
 * and steps have moved
 */
export function compareOutcomes(
  recorded: Outcome,
  result: ExecutionResult,
  exactly: boolean,
): Difference[] {
  const cancelled = recorded.failure?.code === 'run.cancelled';
  if (cancelled || (result.status === 'needs' && endedFromOutside(recorded))) {
    return compareInterrupted(recorded, result, exactly);
  }
  if (result.status === 'needs') {
    const { answer, logs } = result;
    return [
      { at: 'status', recorded: recorded.status, replayed: 'waits for an effect without a result' },
      ...compareAnswers(recorded.answer, answer),
      ...compareLogs(recorded.logs, logs, exactly),
    ];
  }
  const replayed = outcomeOf(result);
  return [
    ...difference('status', recorded.status, replayed.status),
    ...difference(
      'failure',
      failureJson(recorded.failure, exactly),
      failureJson(replayed.failure, exactly),
    ),
    ...compareAnswers(recorded.answer, replayed.answer),
    ...difference('value', recorded.value ?? null, replayed.value ?? null),
    ...compareLogs(recorded.logs, replayed.logs, exactly),
  ];
}

/** The replay may have come further than the run that was ended: what that had done has to be there. */
function compareInterrupted(
  recorded: Outcome,
  { answer, logs }: ExecutionResult,
  exactly: boolean,
): Difference[] {
  return [
    ...(recorded.answer === undefined ? [] : compareAnswers(recorded.answer, answer)),
    ...compareLogs(recorded.logs, logs.slice(0, recorded.logs.length), exactly),
  ];
}

function compareAnswers(recorded: Answer | undefined, replayed: Answer | undefined): Difference[] {
  if (recorded === undefined || replayed === undefined) {
    return difference('answer', answerJson(recorded), answerJson(replayed));
  }
  return [
    ...difference('answer.status', recorded.status, replayed.status),
    ...difference('answer.headers', recorded.headers, replayed.headers),
    ...(bytesOf(recorded).equals(bytesOf(replayed))
      ? []
      : [{ at: 'answer.body', recorded: bodyJson(recorded), replayed: bodyJson(replayed) }]),
  ];
}

function compareLogs(
  recorded: readonly LogLine[],
  replayed: readonly LogLine[],
  exactly: boolean,
): Difference[] {
  const count = Math.max(recorded.length, replayed.length);
  return Array.from({ length: count }, (_, index) =>
    difference(
      `logs[${index}]`,
      logJson(recorded[index], exactly),
      logJson(replayed[index], exactly),
    ),
  ).flat();
}

/** Both are JSON of the same members in the same order, or `null`. */
function difference(at: string, recorded: unknown, replayed: unknown): Difference[] {
  return JSON.stringify(recorded) === JSON.stringify(replayed) ? [] : [{ at, recorded, replayed }];
}

function failureJson(failure: RunFailure | undefined, exactly: boolean): unknown {
  if (failure === undefined) return null;
  const { code, message, status, step, line } = failure;
  return exactly ? { code, message, status, step, line } : { code, message, status };
}

function logJson(log: LogLine | undefined, exactly: boolean): unknown {
  if (log === undefined) return null;
  const { level, text, line } = log;
  return exactly ? { level, text, line } : { level, text };
}

function answerJson(answer: Answer | undefined): unknown {
  if (answer === undefined) return null;
  const { status, headers } = answer;
  return { status, headers, body: bodyJson(answer) };
}

function bytesOf({ body }: Answer): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
}

/** The text, or `{ base64 }` of bytes that are none. */
function bodyJson(answer: Answer): unknown {
  const bytes = bytesOf(answer);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: bytes.toString('base64') };
  }
}
