import { digest } from '../core/ids.ts';
import type { Policy } from '../core/policy.ts';
import type { Program, RunLimits } from '../core/program.ts';
import type { Execution, ExecutionResult } from '../core/run.ts';
import { type CompiledAutomation, compile } from '../language/compile.ts';
import { resolveInputs } from '../language/inputs.ts';
import type { Sandbox } from './ports.ts';
import type { Outcome, Recording } from './recording.ts';
import {
  compareOutcomes,
  type Difference,
  type Ended,
  endedFromOutside,
  outcomeOf,
  ranAway,
} from './replay/compare.ts';
import { rematch } from './replay/rematch.ts';
import { describe } from './route.ts';
import { executionSecrets, NO_SECRETS } from './secret-source.ts';
import { eventJsonOf, requestOf, webhookJsonOf } from './seen.ts';

export interface ReplayOptions {
  /** Version of this engine, to warn where it is not the recording's. */
  readonly version?: string;
  /** A changed automation, to be executed instead of the recorded revision. */
  readonly automation?: CompiledAutomation;
}

export interface ReplayReport {
  readonly same: boolean;
  /** In the order: effects, status, failure, answer, value, logs. */
  readonly differences: readonly Difference[];
  /** What may explain differences that are not the automation's. */
  readonly warnings: readonly string[];
  /** How the replay ended; absent where it goes no further than the journal. */
  readonly outcome?: Outcome;
}

/**
 * Executes a recorded run again and compares how it ends, bit for bit: status, failure, answer, value,
 * log, and which effects it asked for, with which arguments, in which order. Nothing is performed: all
 * results come from the recorded journal.
 *
 * With a changed automation, lines and numbers of steps may differ; effects are matched by what they do,
 * and those that the journal cannot answer end the replay where it awaits them.
 */
export async function replay(
  recording: Recording,
  sandbox: Pick<Sandbox, 'execute'>,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { automation } = options;
  const warnings = versionWarnings(recording, options.version);
  if (automation !== undefined) return replayChanged(recording, sandbox, automation, warnings);
  const { automation: recorded, diagnostics } = compile(
    recording.revision.source,
    recording.revision.automation,
  );
  if (recorded === undefined) {
    const message = describe(diagnostics);
    return report(recording, [], failedAs('run.automation_missing', message), warnings, true);
  }
  const program = withLimits(recorded.program, recording.limits);
  const { journal } = recording;
  const base = execution(recording, program, recorded.policy);
  const result = await sandbox.execute({ ...base, journal });
  if (!strays(result, recording)) return report(recording, [], result, warnings, true);
  // It does not keep to its journal; matching by what effects do tells where it leaves it.
  const { differences } = await rematch(recording, program, (entries) =>
    sandbox.execute({ ...base, journal: entries }),
  );
  return report(recording, differences, result, warnings, true);
}

async function replayChanged(
  recording: Recording,
  sandbox: Pick<Sandbox, 'execute'>,
  automation: CompiledAutomation,
  warnings: readonly string[],
): Promise<ReplayReport> {
  const declared = new Set(automation.inputs.map(({ name }) => name));
  const given = Object.entries(JSON.parse(recording.inputs) as Record<string, unknown>);
  const { inputs, problems } = resolveInputs(
    automation.inputs,
    Object.fromEntries(given.filter(([name]) => declared.has(name))),
  );
  if (problems.length > 0) {
    return report(recording, [], failedAs('run.inputs', problems.join(' ')), warnings, false);
  }
  const { program } = automation;
  const base = {
    ...execution(recording, program, automation.policy),
    inputs: JSON.stringify(inputs),
  };
  const { differences, result } = await rematch(recording, program, (journal) =>
    sandbox.execute({ ...base, journal }),
  );
  return report(recording, differences, result, warnings, false);
}

/** What the recorded run was executed with, but for its journal. */
export function execution(
  recording: Recording,
  program: Program,
  policy: Policy,
): Omit<Execution, 'journal'> {
  const { run, event, webhook, url, inputs } = recording;
  const secrets = executionSecrets(policy.secrets, NO_SECRETS, recording.secretUse);
  return {
    runId: run.id,
    seed: run.seed,
    now: event.receivedAt,
    program,
    request: requestOf(event, url),
    webhook: webhookJsonOf(webhook),
    event: eventJsonOf(event),
    inputs,
    ...(secrets === undefined ? {} : { secrets }),
  };
}

/** With the recorded limits, which the engine's own defaults may have outgrown. */
export function withLimits(program: Program, limits: RunLimits): Program {
  if (JSON.stringify(program.limits) === JSON.stringify(limits)) return program;
  const { id, ...rest } = program;
  // Caches know programs by their id.
  return { ...rest, limits, id: digest(`${id} ${JSON.stringify(limits)}`) };
}

function report(
  recording: Recording,
  effects: readonly Difference[],
  result: ExecutionResult,
  warnings: readonly string[],
  exactly: boolean,
): ReplayReport {
  const outcomes = compareOutcomes(recording.outcome, result, exactly);
  const differences = [...effects, ...outcomes];
  const machine = ranAway(recording.outcome.failure?.code) || ranAway(codeOf(result));
  return {
    same: differences.length === 0,
    differences,
    warnings:
      machine && differences.length > 0
        ? [
            ...warnings,
            'Limits of time depend on the machine: where they end a run is no property of it.',
          ]
        : warnings,
    ...(result.status === 'needs' ? {} : { outcome: outcomeOf(result) }),
  };
}

/** Whether an execution asks otherwise than its journal says, and the recorded one did not. */
function strays(result: ExecutionResult, { outcome }: Recording): boolean {
  if (result.status === 'needs') return result.effects.length > 0 && !endedFromOutside(outcome);
  const code = 'run.nondeterministic';
  return codeOf(result) === code && outcome.failure?.code !== code;
}

function codeOf(result: ExecutionResult): string | undefined {
  return result.status === 'failed' ? result.failure.code : undefined;
}

export function failedAs(code: 'run.automation_missing' | 'run.inputs', message: string): Ended {
  return { status: 'failed', failure: { code, message, status: 500 }, logs: [], cpuMs: 0 };
}

export function versionWarnings({ engine }: Recording, version: string | undefined): string[] {
  if (version === undefined || version === engine) return [];
  return [
    `The run was recorded by Hookwright ${engine} and is replayed by ${version}; differences may come from that.`,
  ];
}
