/**
 * Effects: everything a run does to the outside world, or learns from it. The guest asks for them and
 * never performs them; the engine performs them and writes them down in the run's journal.
 */
export type EffectKind = 'http' | 'state' | 'wait' | 'call' | 'emit' | 'hook';

/** One effect that a program asks for. */
export interface EffectRequest {
  /** Its place in the order of asking, from 0; with the run's id it names the effect for ever. */
  readonly number: number;
  /** Index into `Program.steps`. */
  readonly step: number;
  readonly kind: EffectKind;
  /** JSON of the arguments of its kind, below. The same program on the same journal writes the same text. */
  readonly args: string;
}

export interface HttpArgs {
  readonly method: string;
  readonly url: string;
  /** In order, lower-case names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Sent as `authorization: Basic …`, which is written where the password is known. */
  readonly basic?: { readonly user: string; readonly password: string };
  readonly body?: string;
  /** Bytes; excludes `body`. */
  readonly base64?: string;
  /** Statuses that count as success: `2xx`, `any`, or a list of numbers. */
  readonly expect: '2xx' | 'any' | readonly number[];
  readonly timeoutMs: number;
  readonly attempts: number;
  /** How the waits between attempts grow; `exponential` unless given. */
  readonly backoff?: 'exponential' | 'fixed';
  /** What to do with a request whose result a crash has lost. */
  readonly inDoubt: 'resend' | 'hold';
}

/** What `http` gives back. A body that is UTF-8 is text, any other is bytes. */
export interface HttpReply {
  readonly status: number;
  /** By lower-case name; repeats joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: string;
}

export type StateArgs =
  | { readonly op: 'get'; readonly key: string }
  | { readonly op: 'set'; readonly key: string; readonly value: unknown; readonly ttlMs?: number }
  | { readonly op: 'delete'; readonly key: string }
  | {
      readonly op: 'increment';
      readonly key: string;
      readonly by: number;
      readonly ttlMs?: number;
    };

export interface WaitArgs {
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface CallArgs {
  /** Name of an automation with `trigger: function`. */
  readonly function: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface EmitArgs {
  readonly topic: string;
  readonly data: unknown;
}

export interface HookArgs {
  readonly hook: string;
  readonly data: unknown;
}

/** How an effect ended, as the guest sees it. */
export type EffectResult =
  | { readonly ok: true /** JSON */; readonly value: string }
  | {
      readonly ok: false;
      readonly code: EffectFailureCode;
      readonly message: string;
      readonly status?: number;
    };

export type EffectFailureCode =
  | 'effect.refused' // the policy or the operator's egress rules do not allow it
  | 'effect.failed' // it was tried and did not succeed; `status` is the reply's where there was one
  | 'effect.timeout'
  | 'effect.in_doubt' // a crash lost its result and the step says `in_doubt: hold`
  | 'effect.invalid' // its arguments are not what its kind takes
  | 'limit.effects';

/**
 * One line of a run's journal. It is written twice: when the effect begins (on disk before anything is
 * done), and when its result has arrived.
 */
export interface JournalEntry extends EffectRequest {
  readonly beganAt: number;
  /** Absent while it is under way, or where a crash lost it. */
  readonly ended?: {
    readonly at: number;
    /** The order in which results arrived, from 0; execution hands them to the guest in it. */
    readonly arrival: number;
    readonly result: EffectResult;
  };
}
