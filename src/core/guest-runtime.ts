import type { LogLevel } from './run.ts';

/**
 * The contract between compiled programs and the guest: what `$` is inside `Program.source`.
 * `language/` writes calls to it, `sandbox/guest/library/` implements it.
 *
 * A program is a function `($, request, webhook, event, inputs) => value`, `async` only where it has an
 * `await`. What it returns is the run's value: of a function's `return: { value }`, of a condition;
 * `undefined` for a webhook's automation.
 */
export interface GuestRuntime {
  /** The number of the step under way (`Program.steps`); programs assign it before each step. */
  step: number;
  /**
   * A value put into a text: strings as they are, `null` and `undefined` as nothing, objects as JSON. One whose
   * JSON is a text (`Date`, `URL`) goes in as that text.
   */
  text(value: unknown): string;
  /**
   * `set` with a dotted name: puts `value` at `path` below `root`, making objects on the way, and gives
   * the root back. A missing root (`null`, `undefined`) becomes a new object. Throws where something
   * on the way is neither missing nor an object.
   */
  assign(root: unknown, path: readonly (string | number)[], value: unknown): unknown;
  /**
   * What `for` goes over, as pairs of value and index: lists, Maps, Sets and other iterables with their
   * position, objects with their key, `null` and `undefined` as nothing. Throws for other values.
   */
  entries(value: unknown): Iterable<readonly [value: unknown, index: unknown]>;
  log(level: LogLevel, value: unknown): void;
  /** Shapes the answer. Throws when the run has answered already. */
  respond(answer: AnswerShape): void;
  /** `return`: shapes the answer unless the run has answered already. */
  finish(answer: AnswerShape): void;
  /** Ends the run as failed, unless a `try` catches it. Always throws. */
  fail(message: unknown, status?: unknown): never;
  /** What `catch` puts into `error`: `{ message, code, status, step, line }`. */
  caught(thrown: unknown): unknown;
  /** Effects of steps, and of `run` blocks where they are in scope as functions of these names. */
  readonly effects: GuestEffects;
  /** `secrets`: each member is a handle. Throws for names that cannot be used. */
  readonly secrets: object;
  /** In tracing builds alone. */
  readonly trace?: GuestTrace;
}

/** What a tracing build tells of itself. None of it throws, or changes what the program does. */
export interface GuestTrace {
  /** Variables to be looked at from now on: their names, and what gives their values. */
  watch(names: readonly string[], values: () => readonly unknown[]): void;
  /** @param depth steps around it */
  begin(step: number, depth: number): void;
  end(step: number): void;
  /** Its `when` is false. */
  skipped(step: number): void;
  branch(step: number, name: string): void;
  /** @param variables what the loop sets, by name */
  iteration(step: number, variables: Readonly<Record<string, unknown>>): void;
  caught(step: number, error: unknown): void;
  /** The program has ended. */
  done(): void;
}

/**
 * Each gives a promise of the effect's result, and throws an error with the failure's `code`, `message`
 * and `status` where it failed. Arguments are checked here: what is wrong is `effect.invalid`.
 */
export interface GuestEffects {
  /** `url` or `{ method, url, headers, query, json | form | text | body | base64, expect, timeout, retry, in_doubt }`; gives `{ status, headers, body, json, bytes }`. */
  http(request: unknown): Promise<unknown>;
  readonly state: {
    get(key: unknown, fallback?: unknown): Promise<unknown>;
    set(key: unknown, value: unknown, options?: unknown): Promise<unknown>;
    delete(key: unknown): Promise<unknown>;
    /** Gives the new number. */
    increment(key: unknown, by?: unknown, options?: unknown): Promise<unknown>;
  };
  /** A duration such as `5m`, or `{ until }` with anything that `Dates.parse` reads. */
  wait(time: unknown): Promise<unknown>;
  call(name: unknown, inputs?: unknown): Promise<unknown>;
  emit(topic: unknown, data?: unknown): Promise<unknown>;
  hook(name: unknown, data?: unknown): Promise<unknown>;
}

/** `respond` and `return` as authors write them; at most one of the body forms. */
export interface AnswerShape {
  readonly status?: unknown;
  /** Values are texts, numbers, or lists of them for a repeated header. */
  readonly headers?: unknown;
  /** A text or bytes as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly json?: unknown;
  readonly text?: unknown;
  readonly html?: unknown;
  /** Bytes as base64. */
  readonly base64?: unknown;
  /** The `location` header; status 302 unless given. */
  readonly redirect?: unknown;
}
