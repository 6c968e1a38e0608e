import { formatDiagnostic } from '../../src/core/diagnostic.ts';
import type { GuestRuntime } from '../../src/core/guest-runtime.ts';
import type { Program } from '../../src/core/program.ts';
import { type CompiledAutomation, compile } from '../../src/language/compile.ts';

/** What a program did with a plain stand-in for the guest's runtime. */
export interface Ran {
  readonly answer: unknown;
  readonly logs: readonly (readonly [level: string, value: unknown])[];
  readonly steps: readonly number[];
  readonly value: unknown;
}

export interface Given {
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

export async function execute(program: Program, given: Given = {}): Promise<Ran> {
  const runtime = new ReferenceRuntime();
  const make = new Function(`return (${program.source}\n)`);
  const main = make() as (...values: unknown[]) => unknown;
  const value = await main(runtime, given.request ?? {}, {}, {}, given.inputs ?? {});
  return { answer: runtime.answer, logs: runtime.logs, steps: runtime.steps, value };
}

/** The contract of `core/guest-runtime.ts` in its simplest form. */
class ReferenceRuntime implements GuestRuntime {
  readonly steps: number[] = [];
  readonly logs: [string, unknown][] = [];
  answer: unknown;

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
