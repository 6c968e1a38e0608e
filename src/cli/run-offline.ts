import type { Clock } from '../core/clock.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { idMaker } from '../core/ids.ts';
import type { Program } from '../core/program.ts';
import type { Answer, ExecutionResult, Needs, RequestParts } from '../core/run.ts';
import { scheduleEvent } from '../core/schedule-event.ts';
import { answerOf } from '../engine/answers.ts';
import { targetOf } from '../engine/replay/target.ts';
import { executionSecrets, NO_SECRETS } from '../engine/secret-source.ts';
import { eventJsonOf, requestOf, webhookJsonOf } from '../engine/seen.ts';
import { compile } from '../language/compile.ts';
import { resolveInputs } from '../language/inputs.ts';
import { openSandbox } from '../sandbox/pool.ts';

/** How an offline run ended, and what a caller would have got. */
export interface OfflineRun {
  readonly result: EndedResult;
  readonly answer: Answer;
}

type EndedResult = Exclude<ExecutionResult, Needs>;

/**
 * Runs a file's automation once for a request, in the sandbox and without a server.
 *
 * @returns the file's mistakes, where it has errors
 * @throws HookwrightError `usage.invalid` where the inputs do not fit
 */
export async function runOffline(
  { file, text }: { readonly file: string; readonly text: string },
  request: RequestParts,
  inputs: Readonly<Record<string, unknown>>,
  clock: Clock,
): Promise<OfflineRun | { readonly diagnostics: readonly Diagnostic[] }> {
  const { automation, diagnostics } = compile(text, file);
  if (automation === undefined) return { diagnostics };
  const resolved = resolveInputs(automation.inputs, inputs);
  if (resolved.problems.length > 0) {
    throw new HookwrightError(
      'usage.invalid',
      resolved.problems
        .map((problem) => (problem.endsWith('?') ? problem : `${problem}.`))
        .join('\n'),
      {
        next: `Give them with --inputs as JSON; ${file} declares them under "inputs".`,
      },
    );
  }
  const now = clock();
  const makeId = idMaker();
  const runId = makeId('run', now);
  const sandbox = await openSandbox({ threads: 1 });
  try {
    const { program, policy, name, trigger } = automation;
    const secrets = executionSecrets(policy.secrets, NO_SECRETS, undefined);
    const due = { automation: name, scheduledAt: now, receivedAt: now };
    const event = trigger === 'schedule' ? scheduleEvent(due) : undefined;
    const result = await sandbox.execute({
      runId,
      seed: runId,
      now,
      program,
      request: event === undefined ? request : requestOf(event, ''),
      webhook: webhookJsonOf({ id: makeId('wh', now), name: 'offline', account: null }),
      event:
        event === undefined
          ? JSON.stringify({
              id: makeId('evt', now),
              received_at: new Date(now).toISOString(),
              data: null,
            })
          : eventJsonOf(event),
      inputs: JSON.stringify(resolved.inputs),
      journal: [],
      ...(secrets === undefined ? {} : { secrets }),
    });
    const ended = result.status === 'needs' ? unperformed(result, program) : result;
    return { result: ended, answer: answerOf(ended, runId) };
  } finally {
    await sandbox.close();
  }
}

/** A run that asks for effects ends there: a file that is tried out must not reach the outside. */
function unperformed({ effects, logs, cpuMs, answer }: Needs, program: Program): EndedResult {
  const [first] = effects;
  const asked = first === undefined ? 'one' : `${first.kind} ${targetOf(first)}`;
  const line = first === undefined ? undefined : program.steps[first.step]?.line;
  return {
    status: 'failed',
    failure: {
      code: 'effect.refused',
      message: `Expected no effects, which are not performed without a server, got ${asked}.`,
      status: 500,
      ...(first === undefined ? {} : { step: first.step }),
      ...(line === undefined ? {} : { line }),
    },
    ...(answer === undefined ? {} : { answer }),
    logs,
    cpuMs,
  };
}
