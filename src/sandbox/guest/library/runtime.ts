import type { AnswerShape, GuestEffects, GuestRuntime } from '../../../core/guest-runtime.ts';
import type { LogLevel } from '../../../core/run.ts';
import { type Shaped, shape } from '../inside/answer.ts';
import {
  asString,
  hasOwn,
  isArray,
  iteratorSymbol,
  joined,
  keys,
  parse,
  stringify,
} from '../inside/primordials.ts';
import { describe, type GuestFailureCode, RunError } from '../inside/thrown.ts';
import { beginEffects } from './effects.ts';

/** Characters that a log line counts beside its text, so that a flood of empty lines ends too. */
const LOG_LINE_OVERHEAD = 16;
/** The longest text that is cut rather than refused; see `Thrown`. */
const FAIL_MESSAGE_MAX = 2000;

/** What a program's runtime needs to know of it. */
export interface ProgramFacts {
  readonly outputBytes: number;
  readonly logBytes: number;
  /** YAML lines of the steps. */
  readonly lines: readonly number[];
}

/** What a run has done so far, in a form that author code cannot touch. */
export interface Progress {
  /** JSON of `[level, step, text],…`. */
  readonly logs: string;
  readonly answer: Shaped | undefined;
  /** A limit that was broken: the run has failed, whatever the author's code caught. */
  readonly broken: GuestFailureCode | undefined;
}

/**
 * `$`, as `core/guest-runtime.ts` describes it. It keeps the run's results in its closure: author code
 * that reaches `$` can call it, and spoil its own calls, but not write an answer that was not checked.
 */
export function makeRuntime(
  facts: ProgramFacts,
  effects: GuestEffects,
  secrets: object,
): {
  runtime: GuestRuntime;
  progress: () => Progress;
} {
  let logs = '';
  let logRoom = facts.logBytes;
  let answer: Progress['answer'];
  let broken: GuestFailureCode | undefined;

  const exceed = (code: GuestFailureCode): never => {
    broken = code;
    throw new RunError(code, '');
  };
  const settle = (shown: AnswerShape): void => {
    try {
      answer = shape(shown, facts.outputBytes, runtime.step);
    } catch (error) {
      if (RunError.code(error) === 'limit.output') broken = 'limit.output';
      throw error;
    }
  };

  const runtime: GuestRuntime = {
    step: -1,
    text,
    assign,
    entries,
    log(level: LogLevel, value: unknown): void {
      const line = text(value);
      logRoom -= line.length + LOG_LINE_OVERHEAD;
      if (broken === 'limit.log' || logRoom < 0) exceed('limit.log');
      const { step } = runtime;
      const shown = typeof step === 'number' ? stringify(step) : '-1';
      const row = joined`[${stringify(asString(level))},${shown},${stringify(line)}]`;
      logs = logs === '' ? row : joined`${logs},${row}`;
    },
    respond(shown: AnswerShape): void {
      if (answer !== undefined) {
        throw new RunError(
          'run.answer_invalid',
          'Expected one answer of a run, got a second one. Use `return` to end a run that may have answered.',
        );
      }
      settle(shown);
    },
    finish(shown: AnswerShape): void {
      if (answer === undefined) settle(shown);
    },
    fail(message: unknown, status?: unknown): never {
      throw new RunError('run.failed', failMessage(message), failStatus(status));
    },
    caught(thrown: unknown): unknown {
      const { code, message, status } = describe(thrown);
      // Limits end the run: they are not the author's to catch.
      if (code.startsWith('limit.')) throw thrown;
      const step = RunError.step(thrown) ?? runtime.step;
      return { message, code, status, step, line: facts.lines[step] ?? null };
    },
    effects,
    secrets,
  };
  beginEffects({ runtime, lengthMax: facts.outputBytes });
  return { runtime, progress: () => ({ logs, answer, broken }) };
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return asString(value);
  const json = stringify(value) ?? '';
  // Of a `Date` or `URL`: nobody wants its quotes in a text.
  return json[0] === '"' ? (parse(json) as string) : json;
}

function failMessage(message: unknown): string {
  const shown = text(message);
  if (shown === '') return 'The automation failed';
  return shown.length > FAIL_MESSAGE_MAX ? describe({ message: shown }).message : shown;
}

function failStatus(status: unknown): number {
  const number = typeof status === 'string' && status.length === 3 ? +status : status;
  const valid = typeof number === 'number' && number >= 400 && number <= 599;
  return valid && number % 1 === 0 ? number : 500;
}

function assign(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const top = root ?? {};
  let at: unknown = top;
  for (let i = 0; i < path.length; i++) {
    const name = path[i] as string;
    if (typeof at !== 'object' || at === null) {
      throw new TypeError(
        joined`Expected an object to set ${dotted(path)} in, got ${text(typeof at)}`,
      );
    }
    if (name === '__proto__') {
      throw new TypeError(joined`Expected the name of a value in ${dotted(path)}, got __proto__`);
    }
    const target = at as Record<string, unknown>;
    if (i === path.length - 1) {
      target[name] = value;
    } else {
      const next = hasOwn(target, name) ? target[name] : undefined;
      at = next ?? {};
      if (at !== next) target[name] = at;
    }
  }
  return top;
}

function dotted(path: readonly (string | number)[]): string {
  let shown = '';
  for (let i = 0; i < path.length; i++) shown += joined`${i === 0 ? '' : '.'}${path[i] as string}`;
  return shown;
}

/** Throws where it is called: QuickJS knows the line of that call, and none of what a `for` does by itself. */
function entries(value: unknown): Generator<readonly [unknown, unknown]> {
  const isNothing = value === null || value === undefined;
  if (!isNothing && typeof value !== 'object' && !isIterable(value)) {
    throw new TypeError(joined`Expected a list or an object to go over, got a ${typeof value}`);
  }
  return pairs(value);
}

function isIterable(value: unknown): boolean {
  return typeof (value as Iterable<unknown>)[iteratorSymbol] === 'function';
}

function* pairs(value: unknown): Generator<readonly [unknown, unknown]> {
  if (value === null || value === undefined) return;
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) yield [value[i], i];
  } else if (isIterable(value)) {
    let index = 0;
    for (const item of value as Iterable<unknown>) yield [item, index++];
  } else {
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      yield [(value as Record<string, unknown>)[name], name];
    }
  }
}
