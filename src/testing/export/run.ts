import { HookwrightError } from '../../core/errors.ts';
import type { Sandbox } from '../../engine/ports.ts';
import type { Recording } from '../../engine/recording.ts';
import { endedFromOutside } from '../../engine/replay/compare.ts';
import { describe } from '../../engine/route.ts';
import { type CompiledAutomation, compile } from '../../language/compile.ts';
import { judge } from '../judge.ts';
import { type ReadRequest, readTests } from '../read.ts';
import { type CaseOutcome, runCase } from '../run-case.ts';
import type { TestCase } from '../suite.ts';
import { type CaseFeatures, caseOf, FEATURES } from './case.ts';
import { expectOf } from './expect.ts';
import { strays } from './stray.ts';

export interface ExportParts {
  readonly sandbox: Pick<Sandbox, 'execute'>;
  readonly readRequest: ReadRequest;
  /** Writes a test file. */
  readonly write: (file: object) => string;
}

export interface ExportedCase {
  /** As it is written in a test file. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** In what the case gives something else than the run; empty where it gives the same. */
  readonly strays: readonly string[];
  readonly features: CaseFeatures;
}

/**
 * Makes a case of a recorded run: with as little as it takes to give the same run again, which is tried out.
 * What it expects is what it gives.
 *
 * @throws HookwrightError `run.state` for a run that no test can give again: one that was cancelled, or
 * ended by a limit of time
 */
export async function exportCase(
  recording: Recording,
  name: string,
  parts: ExportParts,
): Promise<ExportedCase> {
  const automation = executable(recording);
  let best: (Tried & { readonly features: CaseFeatures }) | undefined;
  for (const features of FEATURES) {
    const tried = await tryCase(recording, automation, name, features, parts);
    if (best === undefined || tried.strays.length < best.strays.length)
      best = { ...tried, features };
    if (tried.strays.length === 0) break;
  }
  const { fields, outcome, strays: left, features } = best as Tried & { features: CaseFeatures };
  if (outcome.missing.length > 0) {
    const [first] = outcome.missing;
    throw inexact(`a reply for each effect, got none: ${first?.got}`);
  }
  const whole = { ...fields, expect: expectOf(outcome, automation.trigger) };
  const [test] = read(automation.name, whole, parts);
  const [difference] =
    test === undefined ? [] : judge(test, await runCase(test, automation, parts.sandbox));
  if (difference !== undefined) {
    throw inexact(`${difference.what} to be ${difference.expected}, got ${difference.got}`);
  }
  return { fields: whole, strays: left, features };
}

interface Tried {
  readonly fields: Record<string, unknown>;
  readonly outcome: CaseOutcome;
  readonly strays: readonly string[];
}

async function tryCase(
  recording: Recording,
  automation: CompiledAutomation,
  name: string,
  features: CaseFeatures,
  parts: ExportParts,
): Promise<Tried> {
  const fields = caseOf(recording, automation, name, features);
  const [test] = read(automation.name, fields, parts);
  const outcome = await runCase(test as TestCase, automation, parts.sandbox);
  return { fields, outcome, strays: strays(recording, outcome) };
}

/** Reads what was written, so that a case is what its file says. */
function read(
  automation: string,
  fields: object,
  { write, readRequest }: ExportParts,
): readonly TestCase[] {
  const text = write({ automation, cases: [fields] });
  const { suite, diagnostics } = readTests({ file: 'the test', text }, readRequest);
  if (suite !== undefined) return suite.cases;
  throw inexact(`a request and replies that a test file can hold: ${describe(diagnostics)}`);
}

function executable({ revision, outcome }: Recording): CompiledAutomation {
  if (endedFromOutside(outcome) && outcome.failure?.code !== 'effect.invalid') {
    throw inexact(
      `a run that its automation has ended, got one that failed of ${outcome.failure?.code}`,
    );
  }
  const { automation, diagnostics } = compile(revision.source, revision.automation);
  if (automation !== undefined) return automation;
  throw inexact(`a revision that compiles with this version: ${describe(diagnostics)}`);
}

function inexact(expected: string): HookwrightError {
  return new HookwrightError('run.state', `Expected ${expected.replace(/\.$/, '')}.`, {
    next: 'No test can give this run again; `hookwright run export` without --as-test keeps it whole.',
  });
}
