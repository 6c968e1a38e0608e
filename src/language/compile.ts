import type { Diagnostic } from '../core/diagnostic.ts';
import type { Policy } from '../core/policy.ts';
import type { Program } from '../core/program.ts';
import type { Schedule } from '../core/schedule.ts';
import { check } from './check/check.ts';
import { declaredInputs } from './declared-inputs.ts';
import { automationProgram } from './generate/program.ts';
import { writeSteps } from './generate/step.ts';
import { type Trigger, Unit } from './generate/unit.ts';
import type { InputSpec } from './inputs.ts';
import { checkPolicy } from './policy.ts';
import { Report } from './report.ts';
import { limitsOf, policyOf, type Retry, retryOf } from './settings.ts';
import { SourceText } from './source.ts';
import { AUTOMATION } from './table/automation.ts';
import { readTrigger, refuseRequiredInputs } from './trigger.ts';
import { readYaml } from './yaml/read.ts';
import { childOf, isNull, type MapNode } from './yaml/tree.ts';

/** An automation without mistakes, ready to run. */
export interface CompiledAutomation {
  readonly name: string;
  /** Empty where there is none. */
  readonly description: string;
  readonly inputs: readonly InputSpec[];
  readonly program: Program;
  /** What starts it. A function's program gives back what its caller gets. */
  readonly trigger: Trigger;
  /** The topics that start it, as a pattern (`wildcard.ts`); with `trigger: topic` alone. */
  readonly on?: string;
  /** When it runs; with `trigger: schedule` alone. */
  readonly schedule?: Schedule;
  /** Whether its topic or its schedule starts nothing; a person still may. */
  readonly disabled?: true;
  readonly policy: Policy;
  /** What it names in full; what it computes is not in here. */
  readonly names: { readonly functions: readonly string[]; readonly hooks: readonly string[] };
  /** Absent where the automation says nothing about it. */
  readonly retry?: Retry;
}

export interface Compilation {
  /** Absent where there is an error. */
  readonly automation?: CompiledAutomation;
  /** By place, errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileOptions {
  /** A program that tells each step that it takes. It does the same, and is slower. */
  readonly trace?: boolean;
}

/**
 * Compiles one automation: everything that is wrong with it, or the program. Never throws, whatever the
 * text is.
 *
 * @param file what diagnostics call the file
 */
export function compile(text: string, file: string, options: CompileOptions = {}): Compilation {
  const report = new Report(new SourceText(text, file));
  const automation = compileTree(report, options);
  const diagnostics = report.diagnostics();
  return automation === undefined || report.hasErrors
    ? { diagnostics }
    : { automation, diagnostics };
}

function compileTree(
  report: Report,
  { trace = false }: CompileOptions,
): CompiledAutomation | undefined {
  const tree = readYaml(report);
  if (tree === undefined || isNull(tree)) {
    if (!report.hasErrors) {
      report.error(
        'key.missing',
        { start: 0, end: 1 },
        'Expected an automation, got an empty file',
        {
          hint: 'It begins with `automation: NAME` and `steps:`.',
        },
      );
    }
    return undefined;
  }
  check(tree, AUTOMATION, report);
  if (tree.kind !== 'map') return undefined;
  const start = readTrigger(tree, report);
  const inputs = declaredInputs(tree, report);
  refuseRequiredInputs(tree, start.trigger, report);
  const unit = new Unit(report, new Set(inputs.map(({ name }) => name)), start.trigger, {
    isTracing: trace,
  });
  writeSteps(childOf(tree, 'steps'), unit);
  unit.scope.finish();
  checkPolicy(tree, unit);
  if (report.hasErrors) return undefined;
  const retry = retryOf(tree);
  return {
    name: textOf(tree, 'automation'),
    description: textOf(tree, 'description'),
    inputs,
    program: { ...automationProgram(unit, limitsOf(tree)), ...(trace ? { trace } : {}) },
    ...start,
    policy: policyOf(tree),
    names: { functions: namedBy(unit, 'call'), hooks: namedBy(unit, 'hook') },
    ...(retry === undefined ? {} : { retry }),
  };
}

function namedBy({ targets }: Unit, kind: 'call' | 'hook'): readonly string[] {
  const whole = targets.filter((target) => target.kind === kind && target.isWhole);
  return [...new Set(whole.map(({ text }) => text))];
}

function textOf(tree: MapNode, key: string): string {
  const value = childOf(tree, key);
  return value?.kind === 'scalar' ? value.text : '';
}
