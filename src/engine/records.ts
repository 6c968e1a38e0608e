import type { ExecutionResult, Needs, RunRecord } from '../core/run.ts';

/** A run at its beginning. */
export function newRecord(
  facts: Pick<
    RunRecord,
    'id' | 'eventId' | 'webhookId' | 'automation' | 'revision' | 'binding' | 'inputs' | 'startedAt'
  > &
    Pick<Partial<RunRecord>, 'caller'>,
): RunRecord {
  return { ...facts, attempt: 1, status: 'running', cpuMs: 0, logs: [] };
}

/** The record of a run whose program has ended so. */
export function endedRecord(
  record: RunRecord,
  result: Exclude<ExecutionResult, Needs>,
  endedAt: number,
): RunRecord {
  const { failure: _, value: __, dueAt: ___, ...rest } = record;
  const { answer = record.answer, logs } = result;
  const ended = {
    ...rest,
    endedAt,
    logs,
    ...(answer === undefined ? {} : { answer }),
  };
  if (result.status === 'finished') {
    const { value } = result;
    return { ...ended, status: 'succeeded', ...(value === undefined ? {} : { value }) };
  }
  const { failure } = result;
  return { ...ended, status: failure.code === 'run.cancelled' ? 'cancelled' : 'failed', failure };
}

export function isOpen({ status }: RunRecord): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting';
}

/** One log line for each run. */
export function runFields(run: RunRecord): Record<string, unknown> {
  const { id, eventId, automation, status, attempt, startedAt, endedAt, cpuMs, failure } = run;
  return {
    run: id,
    event: eventId,
    automation,
    status,
    ...(attempt > 1 ? { attempt } : {}),
    ...(endedAt === undefined ? {} : { ms: endedAt - startedAt }),
    cpu_ms: Math.round(cpuMs * 1000) / 1000,
    ...(failure === undefined
      ? {}
      : { code: failure.code, reason: failure.message, line: failure.line }),
  };
}
