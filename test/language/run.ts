import { formatDiagnostic } from '../../src/core/diagnostic.ts';
import type { GuestEffects, GuestRuntime } from '../../src/core/guest-runtime.ts';
import type { Program } from '../../src/core/program.ts';
import { type CompiledAutomation, compile } from '../../src/language/compile.ts';

/** What a program did with a plain stand-in for the guest's runtime. */
export interface Ran {
  readonly answer: unknown;
  readonly logs: readonly (readonly [level: string, value: unknown])[];
  readonly steps: readonly number[];
  readonly effects: readonly AskedEffect[];
  readonly value: unknown;
}

/** One effect, in the order of asking: `http`, `state.get`, with what was given and the step. */
interface AskedEffect {
  readonly effect: string;
  readonly given: readonly unknown[];
  readonly step: number;
}

/** What an effect gives; what it throws, it fails with. A promise is under way until it ends. */
type Script = (effect: string, ...given: unknown[]) => unknown;

export interface Given {
  readonly effects?: Script;
  readonly request?: unknown;
  readonly inputs?: unknown;
}

/** The steps below `steps:` as an automation. */
export function automationOf(steps: string): string {
  return `automation: test\nsteps:\n${steps.replace(/^(?=.)/gm, '  ')}`;
}

/** The diagnostics of a text as people see them, a blank line between two. */
export function said(text: string): string {
  const { diagnostics } = compile(text, 'a.yaml');
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, text)).join('\n\n');
}

/** Compiles a text that must have no mistake. */
export function compiled(text: string): CompiledAutomation {
  const { automation } = compile(text, 'a.yaml');
  if (automation === undefined) throw new Error(said(text));
  return automation;
}

/** Compiles and runs steps that the test itself wrote. */
export function run(steps: string, given: Given = {}): Promise<Ran> {
  return execute(compiled(automationOf(steps)).program, given);
}

/** Steps under a policy that allows all of example.com, and every key, topic and function. */
export function allowed(steps: string): string {
  const policies: readonly (readonly [pattern: string, uses: RegExp])[] = [
    ["http: [ 'https://*.example.com/**' ]", /\bhttp\b/],
    ["state: [ '**' ]", /\bstate\b/],
    ["hooks: [ '**' ]", /\b(?:emit|hook)\b/],
    ["functions: [ '**' ]", /\bcall\b/],
  ];
  const used = policies.filter(([, uses]) => uses.test(steps)).map(([pattern]) => pattern);
  return automationOf(steps).replace('steps:', `policy: { ${used.join(', ')} }\nsteps:`);
}

export async function execute(program: Program, given: Given = {}): Promise<Ran> {
  const runtime = new ReferenceRuntime(given.effects ?? (() => undefined));
  const make = new Function(`return (${program.source}\n)`);
  const main = make() as (...values: unknown[]) => unknown;
  const value = await main(runtime, given.request ?? {}, {}, {}, given.inputs ?? {});
  const { answer, logs, steps, asked } = runtime;
  return { answer, logs, steps, effects: asked, value };
}

/** The contract of `core/guest-runtime.ts` in its simplest form. */
class ReferenceRuntime implements GuestRuntime {
  readonly steps: number[] = [];
  readonly logs: [string, unknown][] = [];
  readonly asked: AskedEffect[] = [];
  readonly effects: GuestEffects;
  readonly secrets = { KEY: 'handle of KEY' };
  answer: unknown;

  constructor(script: Script) {
    const effect =
      (name: string) =>
      async (...given: unknown[]) => {
        this.asked.push({ effect: name, given, step: this.step });
        return script(name, ...given);
      };
    this.effects = {
      http: effect('http'),
      state: {
        get: effect('state.get'),
        set: effect('state.set'),
        delete: effect('state.delete'),
        increment: effect('state.increment'),
      },
      wait: effect('wait'),
      call: effect('call'),
      emit: effect('emit'),
      hook: effect('hook'),
    };
  }

  set step(number: number) {
    this.steps.push(number);
  }

  get step(): number {
    return this.steps.at(-1) ?? -1;
  }

  text(value: unknown): string {
    if (value === null || value === undefined) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  assign(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
    const top = (root ?? {}) as Record<string | number, unknown>;
    let at = top;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string | number, unknown>;
    }
    at[path.at(-1) as string] = value;
    return top;
  }

  entries(value: unknown): Iterable<readonly [unknown, unknown]> {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.map((item, index) => [item, index]);
    return Object.entries(value).map(([key, item]) => [item, key]);
  }

  log(level: string, value: unknown): void {
    this.logs.push([level, value]);
  }

  respond(answer: unknown): void {
    this.answer = answer;
  }

  finish(answer: unknown): void {
    this.answer ??= answer;
  }

  fail(message: unknown, status?: unknown): never {
    throw Object.assign(new Error(String(message)), { status });
  }

  caught(thrown: unknown): unknown {
    return { message: (thrown as Error).message, step: this.step };
  }
}
