import type { EffectFailureCode } from '../../../core/effect.ts';
import type { RunFailureCode } from '../../../core/run.ts';
import { asString, cut, joined, stringify } from './primordials.ts';

/** Characters of a message that are kept: what a person reads of it. */
const MESSAGE_LENGTH_MAX = 2000;
/** Characters of a text that are still worth cutting: to cut a rope of 1 GB, it must first be joined. */
const TEXT_LENGTH_MAX = 1_000_000;

/** What the guest may report as a failure's code; the host refuses all others. */
export type GuestFailureCode = Extract<
  RunFailureCode,
  | 'run.failed'
  | 'run.script_error'
  | 'run.answer_invalid'
  | EffectFailureCode
  | 'request.json_invalid'
  | 'request.form_invalid'
  | 'limit.memory'
  | 'limit.stack'
  | 'limit.output'
  | 'limit.log'
>;

/** An error that the runtime itself throws. The private field is a mark that authors cannot forge. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly code: GuestFailureCode;
  readonly status: number | null;
  readonly #mark: GuestFailureCode;
  readonly #step: number | undefined;

  /**
   * @param status `null` where the failed effect had no reply
   * @param step of the failed effect; other branches may have gone on since
   */
  constructor(
    code: GuestFailureCode,
    message: string,
    status: number | null = 500,
    step?: number | undefined,
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.#mark = code;
    this.#step = step;
  }

  static code(thrown: unknown): GuestFailureCode | undefined {
    return typeof thrown === 'object' && thrown !== null && #mark in thrown
      ? thrown.#mark
      : undefined;
  }

  static step(thrown: unknown): number | undefined {
    return typeof thrown === 'object' && thrown !== null && #step in thrown
      ? thrown.#step
      : undefined;
  }
}

export interface Thrown {
  readonly code: GuestFailureCode;
  /** Without the error's name. */
  readonly message: string;
  /** `TypeError`; empty where the value has none or it says nothing. */
  readonly name: string;
  readonly status: number | null;
  readonly stack: string;
}

/** Reads whatever was thrown; getters that throw and Proxies that lie do no harm. */
export function describe(thrown: unknown): Thrown {
  try {
    return read(thrown);
  } catch {
    const message = 'An exception was thrown whose message cannot be read';
    return { code: 'run.script_error', message, name: '', status: 500, stack: '' };
  }
}

function read(thrown: unknown): Thrown {
  const code = RunError.code(thrown);
  if (typeof thrown !== 'object' || thrown === null) {
    const message = joined`${short(primitive(thrown))} was thrown`;
    return { code: 'run.script_error', message, name: '', status: 500, stack: '' };
  }
  const error = thrown as { name?: unknown; message?: unknown; stack?: unknown; status?: unknown };
  const { message, stack } = error;
  const name = typeof error.name === 'string' ? short(error.name) : '';
  const known = code !== undefined && (typeof error.status === 'number' || error.status === null);
  const status = known ? (error.status as number | null) : 500;
  if (typeof message !== 'string') {
    const text = joined`${short(stringify(thrown) ?? 'An object')} was thrown`;
    return { code: 'run.script_error', message: text, name: '', status: 500, stack: '' };
  }
  return {
    code: code ?? limitOf(name, message) ?? 'run.script_error',
    message: short(message),
    name: code === undefined ? name : '',
    status,
    stack: typeof stack === 'string' ? short(stack) : '',
  };
}

/** QuickJS's own words where it runs out; who forges them fails his own run only. */
function limitOf(name: string, message: string): GuestFailureCode | undefined {
  if (name === 'InternalError' && (message === 'out of memory' || message === 'string too long')) {
    return 'limit.memory'; // A text has at most 2^30 characters; ropes get there in 30 steps.
  }
  // Parsers call it a syntax error.
  const ofStack = name === 'InternalError' || name === 'SyntaxError';
  return ofStack && message === 'stack overflow' ? 'limit.stack' : undefined;
}

function primitive(value: unknown): string {
  if (typeof value === 'string') return value.length > TEXT_LENGTH_MAX ? value : stringify(value);
  return typeof value === 'bigint' ? joined`${asString(value)}n` : asString(value);
}

function short(text: string): string {
  if (text.length <= MESSAGE_LENGTH_MAX) return text;
  if (text.length > TEXT_LENGTH_MAX) return joined`A text of ${text.length} characters`;
  return joined`${cut(text, 0, MESSAGE_LENGTH_MAX)}…`;
}
