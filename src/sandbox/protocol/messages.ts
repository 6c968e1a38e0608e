import type { EffectRequest, JournalEntry } from '../../core/effect.ts';
import type { Reach } from '../../core/program.ts';
import type { Answer, Execution, ExecutionResult, LogLine, RunFailure } from '../../core/run.ts';
import type { ExecutionSecrets, SecretUse } from '../../core/secret-use.ts';
import type { TraceItem } from '../../core/trace.ts';

/**
 * What crosses between the pool and a thread. Runs and results cross as flat lists of texts and numbers and
 * one byte array for each batch: copying a graph of objects takes 3 times as long as the list.
 */
type Field = string | number | null;

/** Sent by the pool. */
export interface BatchMessage {
  readonly type: 'batch';
  /** JSON of `Program`, of those that the thread has not been sent yet. */
  readonly programs: readonly string[];
  /** `RUN_FIELDS` for each run. */
  readonly runs: readonly Field[];
  /** The bodies of the runs' requests, one after another. */
  readonly bodies: Uint8Array;
}

/** Sent by a thread. */
export type ThreadMessage = ReadyMessage | ResultsMessage;

interface ReadyMessage {
  readonly type: 'ready';
  /** What further threads start from, where this one was not given it; the pool passes it on unseen. */
  readonly base?: unknown;
}

export interface ResultsMessage {
  readonly type: 'results';
  /** `RESULT_FIELDS` for each result. */
  readonly results: readonly Field[];
  /** Bodies of answers that are bytes, one after another. */
  readonly bodies: Uint8Array;
  /** Set on the last message of a batch. */
  readonly ended: boolean;
}

export interface ThreadData {
  readonly base: unknown;
  /** One 32-bit word: the number of the run that the thread is executing, 0 for none. */
  readonly progress: SharedArrayBuffer;
  readonly snapshotsBytesMax: number;
}

/** One run on its way to a thread. */
export interface NumberedRun {
  /** Unique in the pool while the run is under way; never 0. */
  readonly number: number;
  readonly programId: string;
  readonly input: Omit<Execution, 'program' | 'runId'>;
}

export interface NumberedResult {
  readonly number: number;
  /** `undefined`: the thread does not know the program (any more) and is to be sent it. */
  readonly result: ExecutionResult | undefined;
}

const RUN_FIELDS = 16;
const RESULT_FIELDS = 12;
const FINISHED = 0;
const FAILED = 1;
const PROGRAM_UNKNOWN = 2;
const NEEDS = 3;
const NO_ENTRIES: readonly JournalEntry[] = [];
const NO_BYTES = new Uint8Array(0);
const BODY_MEMBERS = ['json', 'body', 'bytes', 'form', 'params', 'files'];
const HEADER_MEMBERS = ['headers', 'header', 'form', 'params', 'files'];

/** Writes runs; what a program cannot reach of its request does not cross. */
export function encodeRuns(
  runs: readonly { number: number; execution: Execution }[],
): Pick<BatchMessage, 'runs' | 'bodies'> {
  const fields: Field[] = [];
  const bodies: Uint8Array[] = [];
  for (const { number, execution } of runs) {
    const { program, request } = execution;
    const body = reaches(program.reach, BODY_MEMBERS) ? request.body : NO_BYTES;
    const headers = reaches(program.reach, HEADER_MEMBERS) ? request.headers : '[]';
    fields.push(number, program.id, execution.now, execution.seed);
    fields.push(request.method, request.path, request.query, headers, request.url);
    fields.push(request.clientIp, body.length);
    fields.push(execution.webhook, execution.event, execution.inputs);
    fields.push(execution.journal.length === 0 ? '' : JSON.stringify(execution.journal));
    fields.push(execution.secrets === undefined ? '' : JSON.stringify(execution.secrets));
    if (body.length > 0) bodies.push(body);
  }
  return { runs: fields, bodies: joined(bodies) };
}

export function decodeRuns({ runs, bodies }: Pick<BatchMessage, 'runs' | 'bodies'>): NumberedRun[] {
  const decoded: NumberedRun[] = [];
  for (let at = 0, from = 0; at < runs.length; at += RUN_FIELDS) {
    const text = (index: number): string => runs[at + index] as string;
    const to = from + (runs[at + 10] as number);
    const request = {
      method: text(4),
      path: text(5),
      query: runs[at + 6] as string | null,
      headers: text(7),
      url: text(8),
      clientIp: text(9),
      body: bodies.subarray(from, to),
    };
    const input = {
      now: runs[at + 2] as number,
      seed: text(3),
      request,
      webhook: text(11),
      event: text(12),
      inputs: text(13),
      journal: text(14) === '' ? NO_ENTRIES : (JSON.parse(text(14)) as JournalEntry[]),
      ...(text(15) === '' ? {} : { secrets: JSON.parse(text(15)) as ExecutionSecrets }),
    };
    decoded.push({ number: runs[at] as number, programId: text(1), input });
    from = to;
  }
  return decoded;
}

/** Writes results. Header names and values hold no line ends: the thread has checked them. */
export function encodeResults(
  results: readonly NumberedResult[],
): Pick<ResultsMessage, 'results' | 'bodies'> {
  const fields: Field[] = [];
  const bodies: Uint8Array[] = [];
  for (const { number, result } of results) {
    if (result === undefined) {
      fields.push(number, PROGRAM_UNKNOWN, 0, 0, '', '', 0, null, '', '', '', '');
      continue;
    }
    const { answer, logs } = result;
    const body = answer?.body ?? '';
    if (typeof body !== 'string') bodies.push(body);
    fields.push(number, KINDS[result.status], result.cpuMs);
    fields.push(
      answer?.status ?? 0,
      answer?.headers.map((pair) => pair.join('\n')).join('\n') ?? '',
    );
    fields.push(typeof body === 'string' ? body : null, body.length);
    fields.push(result.status === 'finished' ? (result.value ?? null) : null);
    fields.push(logs.length === 0 ? '' : JSON.stringify(logs));
    fields.push(details(result));
    fields.push(result.trace === undefined ? '' : JSON.stringify(result.trace));
    fields.push(result.secretUse === undefined ? '' : JSON.stringify(result.secretUse));
  }
  return { results: fields, bodies: joined(bodies) };
}

export function decodeResults({
  results,
  bodies,
}: Pick<ResultsMessage, 'results' | 'bodies'>): NumberedResult[] {
  const decoded: NumberedResult[] = [];
  for (let at = 0, from = 0; at < results.length; at += RESULT_FIELDS) {
    const number = results[at] as number;
    if (results[at + 1] === PROGRAM_UNKNOWN) {
      decoded.push({ number, result: undefined });
      continue;
    }
    const body = results[at + 5] as string | null;
    const to = body === null ? from + (results[at + 6] as number) : from;
    const answer: Answer = {
      status: results[at + 3] as number,
      headers: pairs(results[at + 4] as string),
      body: body ?? bodies.subarray(from, to),
    };
    from = to;
    decoded.push({ number, result: resultOf(results, at, answer) });
  }
  return decoded;
}

const KINDS = { finished: FINISHED, failed: FAILED, needs: NEEDS } as const;

/** What only results of its kind have, as JSON. */
function details(result: ExecutionResult): string {
  switch (result.status) {
    case 'finished':
      return '';
    case 'failed':
      return JSON.stringify(result.failure);
    case 'needs':
      return JSON.stringify(result.effects);
  }
}

type Draft<Result> = { -readonly [Name in keyof Result]: Result[Name] };

function resultOf(results: readonly Field[], at: number, answer: Answer): ExecutionResult {
  const result: Draft<ExecutionResult> = resultOfKind(results, at);
  const [trace, secretUse] = [results[at + 10] as string, results[at + 11] as string];
  if (answer.status !== 0) result.answer = answer;
  if (trace !== '') result.trace = JSON.parse(trace) as TraceItem[];
  if (secretUse !== '') result.secretUse = JSON.parse(secretUse) as SecretUse;
  return result;
}

function resultOfKind(results: readonly Field[], at: number): ExecutionResult {
  const cpuMs = results[at + 2] as number;
  const value = results[at + 7] as string | null;
  const logs = parsedList(results[at + 8] as string);
  const text = results[at + 9] as string;
  switch (results[at + 1]) {
    case FINISHED:
      return { status: 'finished', logs, cpuMs, ...(value === null ? {} : { value }) };
    case NEEDS:
      return { status: 'needs', effects: JSON.parse(text) as EffectRequest[], logs, cpuMs };
    default:
      return { status: 'failed', failure: JSON.parse(text) as RunFailure, logs, cpuMs };
  }
}

function reaches(reach: Reach, members: readonly string[]): boolean {
  return reach === true || members.some((member) => Object.hasOwn(reach, member));
}

function pairs(text: string): [string, string][] {
  if (text === '') return [];
  const parts = text.split('\n');
  const list: [string, string][] = [];
  for (let i = 0; i < parts.length; i += 2) list.push([parts[i] as string, parts[i + 1] as string]);
  return list;
}

function parsedList(json: string): readonly LogLine[] {
  return json === '' ? [] : (JSON.parse(json) as LogLine[]);
}

/** Its own buffer, so that it can be handed over rather than copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
