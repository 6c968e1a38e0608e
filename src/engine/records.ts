import type { ExecutionResult, Needs, RunRecord } from '../core/run.ts';

/*
 * Every run passes through here, so that records are written out member by member: what is added behind a
 * spread (`{ ...record, endedAt }`) takes V8 more than a microsecond for each member, what stands before it, or
 * is there already, a tenth of that. A new record and its end took 14 µs of the main thread, and take 0.2.
 */
type Draft = { -readonly [Name in keyof RunRecord]: RunRecord[Name] };

type Facts = Pick<
  RunRecord,
  'id' | 'eventId' | 'webhookId' | 'automation' | 'revision' | 'binding' | 'inputs' | 'startedAt'
> &
  Pick<Partial<RunRecord>, 'caller'>;

/** A run at its beginning. */
export function newRecord(facts: Facts): RunRecord {
  return draftOf(facts);
}

/**
 * The record of a run whose program has ended so.
 *
 * @param used what it used, where the record does not say so yet
 */
export function endedRecord(
  record: RunRecord,
  result: Exclude<ExecutionResult, Needs>,
  endedAt: number,
  used: Pick<RunRecord, 'cpuMs' | 'secretUse'> = record,
): RunRecord {
  const { cpuMs, secretUse } = used;
  const { answer = record.answer, logs } = result;
  const ended = draftOf(record);
  ended.attempt = record.attempt;
  ended.status = statusOf(result);
  ended.cpuMs = cpuMs;
  ended.logs = logs;
  ended.endedAt = endedAt;
  if (answer !== undefined) ended.answer = answer;
  if (secretUse !== undefined) ended.secretUse = secretUse;
  if (result.status === 'failed') ended.failure = result.failure;
  else if (result.value !== undefined) ended.value = result.value;
  return ended;
}

function draftOf(facts: Facts): Draft {
  const { id, eventId, webhookId, automation, revision, binding, inputs, startedAt } = facts;
  const draft: Draft = {
    id,
    eventId,
    webhookId,
    automation,
    revision,
    binding,
    inputs,
    attempt: 1,
    status: 'running',
    startedAt,
    cpuMs: 0,
    logs: [],
  };
  if (facts.caller !== undefined) draft.caller = facts.caller;
  return draft;
}

function statusOf(result: Exclude<ExecutionResult, Needs>): RunRecord['status'] {
  if (result.status === 'finished') return 'succeeded';
  return result.failure.code === 'run.cancelled' ? 'cancelled' : 'failed';
}

export function isOpen({ status }: RunRecord): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting';
}

/** One log line for each run. */
export function runFields(run: RunRecord): Record<string, unknown> {
  const { id, eventId, automation, status, attempt, startedAt, endedAt, cpuMs, failure } = run;
  // The log leaves out what is undefined.
  return {
    run: id,
    event: eventId,
    automation,
    status,
    attempt: attempt > 1 ? attempt : undefined,
    ms: endedAt === undefined ? undefined : endedAt - startedAt,
    cpu_ms: Math.round(cpuMs * 1000) / 1000,
    code: failure?.code,
    reason: failure?.message,
    line: failure?.line,
  };
}
