/**
 * What the compiler makes of an automation: JavaScript text for the sandbox, and what the host has to
 * know about it. Plain data, so that it crosses threads and can be stored.
 *
 * `source` is one JavaScript expression: a function, `async` only where it must be,
 * `($, request, webhook, event, inputs) => …`. It is evaluated inside QuickJS and nowhere else.
 * `$` is the guest's runtime (`sandbox/guest/library/runtime.ts`).
 */
export interface Program {
  /** SHA-256 of everything below, in hex: the key of every cache of programs. */
  readonly id: string;
  readonly source: string;
  /** What of `request` the program can read; the host sends the guest no more than that. */
  readonly reach: Reach;
  /**
   * Set where `request.json` is only put into the JSON of answers, as it came: it stays on the host, which puts
   * it there. No script can tell, but for one that gives `Object.prototype` a `toJSON`.
   */
  readonly carriesJson?: true;
  /** Set where it has no `run` block: what calls itself stands in one, so that a part of the stack is enough. */
  readonly shallow?: true;
  /** The steps by number: `$.step = n` in the source refers to `steps[n]`. */
  readonly steps: readonly StepPlace[];
  /** YAML line (from 1) of each line of `source` (from 0); 0 where there is none. */
  readonly lines: readonly number[];
  readonly limits: RunLimits;
  /** What it names of the library (`LIBRARY`, and `Cerb`): nothing else is loaded into its memory. */
  readonly library: readonly string[];
  /** Set for a program that tells what it does, by `$.trace`. */
  readonly trace?: boolean;
}

/** Whether a program waits for effects: only such a one is an `async` function. */
export function awaits({ source }: Program): boolean {
  return source.startsWith('async ');
}

/** What a program is given beside `request`, each as JSON. */
export type Parameter = 'webhook' | 'event' | 'inputs';

const parameters = new WeakMap<Program, ReadonlySet<Parameter>>();

/** Whether a program may read one of its parameters; what it cannot read need not be made. */
export function mayRead(program: Program, parameter: Parameter): boolean {
  let read = parameters.get(program);
  if (read === undefined) {
    // All are named where the function begins.
    const source = program.source.slice(program.source.indexOf('=>') + 1);
    const all: readonly Parameter[] = ['webhook', 'event', 'inputs'];
    // A name may be written with an escape.
    read = new Set(all.filter((name) => source.includes(name) || source.includes('\\u')));
    parameters.set(program, read);
  }
  return read.has(parameter);
}

/**
 * The part of a value that a program can read: `true` is all of it, an object is only the named
 * members, `{}` is nothing. `{ method: true, json: { issue: { title: true } } }` reads two things.
 */
export type Reach = true | { readonly [member: string]: Reach };

/** Where a step stands in its file. */
export interface StepPlace {
  /** The step's keyword: `set`, `if`, `return`, … */
  readonly kind: string;
  /** The author's `name`, where given. */
  readonly name?: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Hard limits of one run; what an automation's `limits` may lower, and the operator's settings cap. */
export interface RunLimits {
  /** Milliseconds of execution inside the sandbox, over all executions of one run. */
  readonly cpuMs: number;
  /** Milliseconds from the start of the run to its end, waits not counted. */
  readonly timeoutMs: number;
  /** Bytes the guest may use above what the empty sandbox uses. */
  readonly memoryBytes: number;
  /** Bytes of the answer's body and headers together, or of a function's value. */
  readonly outputBytes: number;
  /** Bytes of log text. */
  readonly logBytes: number;
  /** Number of effects. */
  readonly effects: number;
}
