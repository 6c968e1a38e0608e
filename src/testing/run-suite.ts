import type { Diagnostic } from '../core/diagnostic.ts';
import type { Sandbox } from '../engine/ports.ts';
import type { CompiledAutomation } from '../language/compile.ts';
import { resolveInputs } from '../language/inputs.ts';
import { Report } from '../language/report.ts';
import { SourceText, type Span } from '../language/source.ts';
import { judge } from './judge.ts';
import { runCase } from './run-case.ts';
import type { Difference, TestSuite } from './suite.ts';

export interface CaseResult {
  readonly name: string;
  /** Empty where it passed. */
  readonly differences: readonly Difference[];
}

/** Which trigger has events with these keys. */
const TRIGGERS: ReadonlyMap<string, string> = new Map([
  ['topic', 'topic'],
  ['data', 'topic'],
  ['scheduled_at', 'schedule'],
]);

/**
 * What of a suite does not fit its automation: inputs that it does not declare, or of other types, and events
 * that another trigger has.
 */
export function misfits(
  suite: TestSuite,
  { inputs, trigger }: CompiledAutomation,
): readonly Diagnostic[] {
  const report = new Report(new SourceText(suite.text, suite.file));
  for (const test of suite.cases) {
    for (const problem of resolveInputs(inputs, test.inputs).problems) {
      report.error('value.invalid', test.inputsPlace, problem);
    }
    for (const [key, place] of test.event.places) {
      if ((TRIGGERS.get(key) ?? trigger) === trigger) continue;
      const message = `Expected no \`${key}\` in \`event\`, because the automation has \`trigger: ${trigger}\``;
      report.error('key.conflict', place, message);
    }
  }
  return report.diagnostics();
}

/** The diagnostic of a suite whose automation cannot be found. */
export function automationMistake(
  suite: TestSuite,
  place: Span,
  message: string,
  hint: string | undefined,
): Diagnostic {
  const report = new Report(new SourceText(suite.text, suite.file));
  report.error('value.invalid', place, message, { hint });
  return report.diagnostics()[0] as Diagnostic;
}

/**
 * Runs the cases one after another.
 *
 * @param filter a text that names of cases must have in them
 */
export async function runSuite(
  suite: TestSuite,
  automation: CompiledAutomation,
  sandbox: Pick<Sandbox, 'execute'>,
  filter = '',
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const test of suite.cases.filter(({ name }) => name.includes(filter))) {
    const outcome = await runCase(test, automation, sandbox);
    results.push({ name: test.name, differences: judge(test, outcome) });
  }
  return results;
}
