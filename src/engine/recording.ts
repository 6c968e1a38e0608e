import type { JournalEntry } from '../core/effect.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { RunLimits } from '../core/program.ts';
import type { Answer, LogLine, RunFailure, RunRecord } from '../core/run.ts';
import type { SecretUse } from '../core/secret-use.ts';

/** What the file says it is, so that another JSON file is not taken for a broken recording. */
export const RECORDING_FORMAT = 'hookwright.recording';
/** Raised when a reader of the version before could not read it. */
export const RECORDING_VERSION = 1;

/**
 * Everything that an ended run depended on, and how it ended: with it the run can be executed again on
 * another machine, without a server. It holds the event as received and the URL with the webhook's token,
 * so it is as confidential as they are; values of secrets are never in it.
 */
export interface Recording extends Captured {
  /** Version of the engine that executed the run. */
  readonly engine: string;
  readonly run: {
    readonly id: string;
    /** See `Execution.seed`. */
    readonly seed: string;
    readonly attempt: number;
  };
  readonly revision: {
    /** SHA-256 of `source` in hex. */
    readonly id: string;
    readonly automation: string;
    readonly source: string;
  };
  /** The limits that the run had: another engine may have other defaults. */
  readonly limits: RunLimits;
  /** JSON of an object. */
  readonly inputs: string;
  /** By number. */
  readonly journal: readonly JournalEntry[];
  /** Absent where the run has read no secret. */
  readonly secretUse?: SecretUse;
  readonly outcome: Outcome;
}

/** An event with all that a run can see of it. */
export interface Captured {
  /** What the program saw as `webhook`. */
  readonly webhook: { readonly id: string; readonly name: string };
  readonly event: RecordedEvent;
  /** The whole URL as the sender saw it. */
  readonly url: string;
}

/** Without what is kept of its webhook: a recording tells it as `webhook` and `url`. */
export type RecordedEvent = Omit<CapturedEvent, 'webhookName' | 'webhookUrl'>;

/** How a run ended, as far as it can be told by executing it again. */
export interface Outcome {
  readonly status: EndedStatus;
  readonly answer?: Answer;
  /** JSON of a function's value. */
  readonly value?: string;
  readonly failure?: RunFailure;
  readonly logs: readonly LogLine[];
}

export type EndedStatus = Extract<RunRecord['status'], 'succeeded' | 'failed' | 'cancelled'>;

/**
 * The recording as one JSON document, in the API's manner: keys in `snake_case`, times as ISO 8601. JSON
 * that was a text in the run (inputs, arguments, results) stays a text, so that not a bit of it changes.
 */
export function recordingJson(recording: Recording): object {
  const { engine, run, revision, limits, webhook, event, url, inputs, journal, secretUse } =
    recording;
  return {
    format: RECORDING_FORMAT,
    version: RECORDING_VERSION,
    engine,
    run,
    revision,
    limits: limitsJson(limits),
    webhook,
    event: eventJson(event),
    url,
    inputs,
    journal: journal.map(entryJson),
    ...(secretUse === undefined ? {} : { secret_use: secretUse }),
    outcome: outcomeJson(recording.outcome),
  };
}

/** An event in the same manner, for who runs something for it elsewhere. */
export function capturedJson({ webhook, event, url }: Captured): object {
  return { webhook, event: eventJson(event), url };
}

function limitsJson(limits: RunLimits): object {
  return {
    cpu_ms: limits.cpuMs,
    timeout_ms: limits.timeoutMs,
    memory_bytes: limits.memoryBytes,
    output_bytes: limits.outputBytes,
    log_bytes: limits.logBytes,
    effects: limits.effects,
  };
}

function eventJson(event: RecordedEvent): object {
  return {
    id: event.id,
    webhook_id: event.webhookId,
    received_at: iso(event.receivedAt),
    method: event.method,
    path: event.path,
    query: event.query,
    headers: pairs(JSON.parse(event.headers) as string[]),
    client_ip: event.clientIp,
    body: Buffer.from(event.body).toString('base64'),
  };
}

function entryJson({ number, step, kind, args, beganAt, ended }: JournalEntry): object {
  return {
    number,
    step,
    kind,
    arguments: args,
    began_at: iso(beganAt),
    ended:
      ended === undefined
        ? null
        : { at: iso(ended.at), arrival: ended.arrival, result: ended.result },
  };
}

function outcomeJson({ status, answer, value, failure, logs }: Outcome): object {
  return {
    status,
    answer: answer === undefined ? null : answerJson(answer),
    value: value ?? null,
    failure: failure ?? null,
    logs,
  };
}

function answerJson({ status, headers, body }: Answer): object {
  return {
    status,
    headers,
    ...(typeof body === 'string' ? { body } : { base64: Buffer.from(body).toString('base64') }),
  };
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
  const list: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    list.push([flat[i] as string, flat[i + 1] as string]);
  }
  return list;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
