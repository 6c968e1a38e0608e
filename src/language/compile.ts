import type { Diagnostic } from '../core/diagnostic.ts';
import { type Policy, patternMistake } from '../core/policy.ts';
import type { Program } from '../core/program.ts';
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
import { readYaml } from './yaml/read.ts';
import { childOf, entryOf, isNull, type MapNode } from './yaml/tree.ts';

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
  readonly policy: Policy;
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
  const trigger = triggerOf(tree, report);
  const on = topicOf(tree, trigger, report);
  const inputs = declaredInputs(tree, report);
  const unit = new Unit(report, new Set(inputs.map(({ name }) => name)), trigger, trace);
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
    trigger,
    ...(on === undefined ? {} : { on }),
    policy: policyOf(tree),
    ...(retry === undefined ? {} : { retry }),
  };
}

function triggerOf(tree: MapNode, report: Report): Trigger {
  const trigger = childOf(tree, 'trigger');
  if (trigger?.kind !== 'scalar') return 'webhook';
  if (trigger.text === 'function' || trigger.text === 'topic') return trigger.text;
  if (trigger.text !== 'schedule') return 'webhook';
  const message = `\`trigger: ${trigger.text}\` is not available in this version`;
  report.error('key.unavailable', trigger, message);
  return 'webhook';
}

/** The pattern of topics that start it; reports where it is missing, wrong, or of no use. */
function topicOf(tree: MapNode, trigger: Trigger, report: Report): string | undefined {
  const entry = entryOf(tree, 'on');
  if (trigger !== 'topic') {
    if (entry === undefined) return undefined;
    report.error(
      'key.conflict',
      entry.key,
      'Expected `on` beside `trigger: topic`, got it without',
    );
    return undefined;
  }
  if (entry === undefined || isNull(entry.value)) {
    const place = entry?.key ?? entryOf(tree, 'trigger')?.key ?? tree;
    const hint = 'It says which topics start it: `on: order.*`.';
    report.error('key.missing', place, 'Expected a topic in `on`, got none', { hint });
    return undefined;
  }
  const { value } = entry;
  if (value.kind !== 'scalar') return undefined; // Reported as a value of another type.
  const mistake = patternMistake('hooks', value.text);
  if (mistake !== undefined) report.error('value.invalid', value, mistake);
  return value.text;
}

function textOf(tree: MapNode, key: string): string {
  const value = childOf(tree, key);
  return value?.kind === 'scalar' ? value.text : '';
}
