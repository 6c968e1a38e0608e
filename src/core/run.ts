import type { Program } from './program.ts';

/** What the sandbox is given: with the journal, all that a run's outcome depends on. */
export interface Execution {
  /** Names the run in errors. */
  readonly runId: string;
  /** Seeds `Math.random` and `uuid()`. The same seed gives the same values. */
  readonly seed: string;
  /** The time inside the sandbox, in milliseconds since the epoch; it stands still. */
  readonly now: number;
  readonly program: Program;
  readonly request: RequestParts;
  /** JSON of `{ id, name }`. */
  readonly webhook: string;
  /** JSON of `{ id, received_at }`, the time as ISO 8601. */
  readonly event: string;
  /** JSON of an object. */
  readonly inputs: string;
}

/** A captured request in the form that crosses to the sandbox thread: strings and one byte array. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  /** As in `CapturedEvent.headers`. */
  readonly headers: string;
  /** The URL as the sender sees it: scheme, host, path with token, query. */
  readonly url: string;
  readonly clientIp: string;
  readonly body: Uint8Array;
}

/** The HTTP response that a run shaped, checked and ready to be written. */
export interface Answer {
  readonly status: number;
  /** In order; repeats allowed (`set-cookie`). Names and values are legal on the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  /** YAML line of the step. */
  readonly line: number;
}

/** Why a run failed. `message` may quote the author's code; it goes to the operator and the caller. */
export interface RunFailure {
  readonly code: RunFailureCode;
  readonly message: string;
  /** The answer's status: 500 unless the author's `fail` or the code's own meaning says otherwise. */
  readonly status: number;
  /** The step that failed, as an index into `Program.steps`; absent when no step had begun. */
  readonly step?: number;
  /** YAML line; finer than the step's inside a `run` block. */
  readonly line?: number;
}

export type RunFailureCode =
  | 'run.failed' // the author's `fail`
  | 'run.script_error' // an exception that nothing caught
  | 'run.stuck' // the program awaits something that can never come
  | 'run.inputs' // the binding's inputs do not fit what the automation declares
  | 'run.automation_missing' // the binding names an automation that does not exist or did not compile
  | 'run.answer_invalid' // the answer cannot be put on the wire
  | 'request.json_invalid' // `request.json` was read and the body is not JSON
  | 'request.form_invalid' // the body is not the form that its content type says
  | 'limit.cpu'
  | 'limit.time'
  | 'limit.memory'
  | 'limit.stack'
  | 'limit.output'
  | 'limit.log'
  | 'sandbox.lost'; // the thread died for a reason that is not the script's

/** How one execution ended. */
export type ExecutionResult = Finished | Failed;

interface Finished {
  readonly status: 'finished';
  /** What `return` or `respond` shaped; absent when the program ended without answering. */
  readonly answer?: Answer;
  /** JSON of a function's or a condition's value; absent where the program has none. */
  readonly value?: string;
  readonly logs: readonly LogLine[];
  readonly cpuMs: number;
}

export interface Failed {
  readonly status: 'failed';
  readonly failure: RunFailure;
  /** Set where `respond` had shaped an answer before the failure. */
  readonly answer?: Answer;
  readonly logs: readonly LogLine[];
  readonly cpuMs: number;
}

type RunStatus = 'succeeded' | 'failed';

/** One execution of a revision for an event, ended. */
export interface RunRecord {
  /** `run_` and 26 characters. */
  readonly id: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly automation: string;
  /** The revision's id; empty where there was none to run. */
  readonly revision: string;
  /** Index into the webhook's bindings at the time. */
  readonly binding: number;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cpuMs: number;
  readonly answer?: Answer;
  readonly failure?: RunFailure;
  readonly logs: readonly LogLine[];
}
