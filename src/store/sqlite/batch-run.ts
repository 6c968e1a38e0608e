import type { RunRecord } from '../../core/run.ts';
import type { RunStep } from '../../engine/ports.ts';
import type { Reader, SqlValue, Writer } from './batch.ts';
import { RUN_STATUS_CODES, STATUS_CODES } from './schema.ts';

const NO_BODY = 0;
const TEXT_BODY = 1;
const BYTES_BODY = 2;
const PLAIN = 0;
const RARE = 1;

/** The columns of `run` that every run fills, in the order of `readRun`'s values. */
export const PLAIN_COLUMNS = [
  'id',
  'event_id',
  'webhook_id',
  'automation',
  'revision',
  'binding',
  'status',
  'attempt',
  'started_at',
  'ended_at',
  'cpu_ms',
  'inputs',
  'failure',
  'logs',
  'answer_status',
  'answer_headers',
  'answer_body',
] as const;
/**
 * Those that open runs, functions and runs with secrets fill as well. Left out of the others' values, because settling a run
 * costs 1.5 µs of 38 more with them.
 */
const RARE_COLUMNS = ['due_at', 'caller_run', 'caller_effect', 'value', 'secret_use'] as const;
const NO_RARE: readonly SqlValue[] = RARE_COLUMNS.map(() => null);

type RunColumn = (typeof PLAIN_COLUMNS)[number] | (typeof RARE_COLUMNS)[number];

export const RUN_COLUMNS: readonly RunColumn[] = [...PLAIN_COLUMNS, ...RARE_COLUMNS];

/** Where a column's value stands in what `readRun` gives. */
export function runColumn(name: RunColumn): number {
  return RUN_COLUMNS.indexOf(name);
}

/** A step as the thread sees it: values in the order in which the prepared statements take them. */
export interface StepWrite {
  readonly runId: string;
  /** Of all `RUN_COLUMNS`. */
  readonly run: readonly SqlValue[];
  readonly forgotten: readonly number[];
  readonly begun: readonly (readonly SqlValue[])[];
  readonly ended: readonly EndedWrite[];
  readonly lease: { readonly owner: string; readonly until: number } | undefined;
  readonly event: { readonly id: string; readonly status: number } | undefined;
}

interface EndedWrite {
  readonly number: number;
  readonly at: number;
  readonly arrival: number;
  /** JSON. */
  readonly result: string;
}

export function writeRun(writer: Writer, run: RunRecord): void {
  writer.text(run.id);
  writer.text(run.eventId);
  writer.text(run.webhookId);
  writer.text(run.automation);
  writer.text(run.revision);
  writer.number(run.binding);
  writer.number(RUN_STATUS_CODES[run.status]);
  writer.number(run.attempt);
  writer.number(run.startedAt);
  writer.optionalNumber(run.endedAt);
  writer.number(run.cpuMs);
  writer.text(run.inputs);
  writer.text(run.failure === undefined ? null : JSON.stringify(run.failure));
  writer.text(run.logs.length === 0 ? '[]' : JSON.stringify(run.logs));
  writeAnswer(writer, run.answer);
  writeRare(writer, run);
}

function writeRare(writer: Writer, { dueAt, caller, value, secretUse }: RunRecord): void {
  const plain = [dueAt, caller, value, secretUse].every((one) => one === undefined);
  writer.number(plain ? PLAIN : RARE);
  if (plain) return;
  writer.optionalNumber(dueAt);
  writer.text(caller?.runId ?? null);
  writer.optionalNumber(caller?.effect);
  writer.text(value ?? null);
  writer.text(secretUse === undefined ? null : JSON.stringify(secretUse));
}

/** Values of `PLAIN_COLUMNS`, or of all `RUN_COLUMNS` where one of the others is there. */
export function readRun(reader: Reader): SqlValue[] {
  const values: SqlValue[] = [
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.number(),
    reader.number(),
    reader.number(),
    reader.number(),
    reader.optionalNumber(),
    reader.number(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  readAnswer(reader, values);
  if (reader.number() === RARE) {
    values.push(reader.optionalNumber(), reader.text(), reader.optionalNumber());
    values.push(reader.text(), reader.text());
  }
  return values;
}

export function writeStep(writer: Writer, step: RunStep): void {
  const { run, forgotten = [], begun, ended, lease, event } = step;
  writeRun(writer, run);
  writer.number(forgotten.length);
  for (const number of forgotten) writer.number(number);
  writer.number(begun.length);
  for (const { effect, at } of begun) {
    writer.number(effect.number);
    writer.number(effect.step);
    writer.text(effect.kind);
    writer.number(at);
    writer.text(effect.args);
  }
  writer.number(ended.length);
  for (const { number, at, arrival, result } of ended) {
    writer.number(number);
    writer.number(at);
    writer.number(arrival);
    writer.text(JSON.stringify(result));
  }
  writer.text(lease?.owner ?? null);
  writer.number(lease?.until ?? 0);
  writer.text(event?.id ?? null);
  writer.number(event === undefined ? 0 : STATUS_CODES[event.status]);
}

export function readStep(reader: Reader): StepWrite {
  const values = readRun(reader);
  const run = values.length === RUN_COLUMNS.length ? values : [...values, ...NO_RARE];
  const runId = run[runColumn('id')] as string;
  const forgotten = times(reader.number(), () => reader.number());
  const begun = times(reader.number(), () => [
    runId,
    reader.number(),
    reader.number(),
    reader.text(),
    reader.number(),
    reader.text(),
  ]);
  const ended = times(reader.number(), () => ({
    number: reader.number(),
    at: reader.number(),
    arrival: reader.number(),
    result: reader.text() as string,
  }));
  const owner = reader.text();
  const until = reader.number();
  const eventId = reader.text();
  const status = reader.number();
  return {
    runId,
    run,
    forgotten,
    begun,
    ended,
    lease: owner === null ? undefined : { owner, until },
    event: eventId === null ? undefined : { id: eventId, status },
  };
}

function times<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
}

function writeAnswer(writer: Writer, answer: RunRecord['answer']): void {
  if (answer === undefined) {
    writer.number(NO_BODY);
    return;
  }
  const { body } = answer;
  writer.number(typeof body === 'string' ? TEXT_BODY : BYTES_BODY);
  writer.number(answer.status);
  writer.text(JSON.stringify(answer.headers));
  if (typeof body === 'string') writer.text(body);
  else writer.bytes(body);
}

function readAnswer(reader: Reader, values: SqlValue[]): void {
  const kind = reader.number();
  if (kind === NO_BODY) values.push(null, null, null);
  else {
    values.push(reader.number(), reader.text());
    values.push(kind === TEXT_BODY ? reader.text() : reader.bytes());
  }
}
