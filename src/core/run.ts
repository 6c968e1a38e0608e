import type { EffectRequest, JournalEntry } from './effect.ts';
import type { Program } from './program.ts';
import type { ExecutionSecrets, SecretUse } from './secret-use.ts';
import type { TraceItem } from './trace.ts';

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
  /** JSON of `{ id, name, account }`; this and the next may be empty where the program cannot read it. */
  readonly webhook: string;
  /** JSON of `{ id, received_at, data }`, the time as ISO 8601; with `topic` for a message's event. */
  readonly event: string;
  /** JSON of an object. */
  readonly inputs: string;
  /** What the run has asked for so far, by number; empty at the first execution. */
  readonly journal: readonly JournalEntry[];
  /** Absent where the automation's policy lists no secret. */
  readonly secrets?: ExecutionSecrets;
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
  | 'run.nondeterministic' // it asked for other effects than its journal has
  | 'run.cancelled' // by a person or the API
  | 'effect.refused' // an effect's failure that nothing caught; see `EffectFailureCode`
  | 'effect.failed'
  | 'effect.timeout'
  | 'effect.in_doubt'
  | 'effect.invalid'
  | 'limit.effects'
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
export type ExecutionResult = (Finished | Failed | Needs) & {
  /** Of a program that traces (`Program.trace`). */
  readonly trace?: readonly TraceItem[];
};

interface Finished {
  readonly status: 'finished';
  /** What `return` or `respond` shaped; absent when the program ended without answering. */
  readonly answer?: Answer;
  /** JSON of a function's or a condition's value; absent where the program has none. */
  readonly value?: string;
  readonly logs: readonly LogLine[];
  readonly cpuMs: number;
  /** What it has had of secrets, all from the start; absent where it has read none. */
  readonly secretUse?: SecretUse;
}

export interface Failed {
  readonly status: 'failed';
  readonly failure: RunFailure;
  /** Set where `respond` had shaped an answer before the failure. */
  readonly answer?: Answer;
  readonly logs: readonly LogLine[];
  readonly cpuMs: number;
  /** What it has had of secrets, all from the start; absent where it has read none. */
  readonly secretUse?: SecretUse;
}

/** The program goes on when effects have results that the journal does not have yet. */
export interface Needs {
  readonly status: 'needs';
  /** Those that it asked for and the journal does not know; none where it awaits what is under way. */
  readonly effects: readonly EffectRequest[];
  /** Set where `respond` has shaped an answer already. */
  readonly answer?: Answer;
  /** All from the start, not only those of this execution. */
  readonly logs: readonly LogLine[];
  readonly cpuMs: number;
  /** What it has had of secrets, all from the start; absent where it has read none. */
  readonly secretUse?: SecretUse;
}

/**
 * Where a run stands.
 * - `queued`: to be taken up at `dueAt`: a background run, or a failed attempt that is tried again.
 * - `running`: a process works on it and holds its lease.
 * - `waiting`: it awaits effects that end by themselves at `dueAt` (`wait`).
 * - the others: it has ended. `failed` ones may be re-run by hand.
 */
export type RunStatus = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

/** One execution of a revision for an event. */
export interface RunRecord {
  /** `run_` and 26 characters. */
  readonly id: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly automation: string;
  /** The revision's id; empty where there was none to run. */
  readonly revision: string;
  /** Index into the webhook's bindings at the time; -1 for a run that no binding began. */
  readonly binding: number;
  /** JSON of what the binding or the caller passed in. */
  readonly inputs: string;
  /** Attempts begun, this one included; more than 1 after a `retry`. */
  readonly attempt: number;
  readonly status: RunStatus;
  readonly startedAt: number;
  /** When a queued or waiting run is to be taken up; absent for others. */
  readonly dueAt?: number;
  /** Absent until it has ended. */
  readonly endedAt?: number;
  readonly cpuMs: number;
  readonly answer?: Answer;
  /** JSON of a function's value. */
  readonly value?: string;
  readonly failure?: RunFailure;
  readonly logs: readonly LogLine[];
  /** What its last attempt has had of secrets; absent where it has read none. */
  readonly secretUse?: SecretUse;
  /** The run and effect that called this one. */
  readonly caller?: { readonly runId: string; readonly effect: number };
}

/** A run as lists have it: without what may be long. */
export interface RunSummary
  extends Omit<RunRecord, 'inputs' | 'answer' | 'value' | 'logs' | 'secretUse'> {
  readonly answer?: Pick<Answer, 'status'>;
}
