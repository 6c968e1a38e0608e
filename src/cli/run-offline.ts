import type { Clock } from '../core/clock.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { idMaker } from '../core/ids.ts';
import type { Answer, ExecutionResult, Failed, Needs, RequestParts } from '../core/run.ts';
import { answerOf } from '../engine/answers.ts';
import { compile } from '../language/compile.ts';
import { resolveInputs } from '../language/inputs.ts';
import { openSandbox } from '../sandbox/pool.ts';

/** How an offline run ended, and what a caller would have got. */
export interface OfflineRun {
  readonly result: Exclude<ExecutionResult, Needs>;
  readonly answer: Answer;
}

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
      resolved.problems.map((problem) => `${problem}.`).join('\n'),
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
    const executed = await sandbox.execute({
      runId,
      seed: runId,
      now,
      program: automation.program,
      request,
      webhook: JSON.stringify({ id: makeId('wh', now), name: 'offline' }),
      event: JSON.stringify({ id: makeId('evt', now), received_at: new Date(now).toISOString() }),
      inputs: JSON.stringify(resolved.inputs),
      journal: [],
    });
    const result = executed.status === 'needs' ? withoutEffects(executed) : executed;
    return { result, answer: answerOf(result, runId) };
  } finally {
    await sandbox.close();
  }
}

/** Nobody is there to perform effects: the run ends where it asks for the first. */
function withoutEffects({ effects, answer, logs, cpuMs }: Needs): Failed {
  const asked = effects[0];
  const message = `Expected a run without effects, because it is offline; got \`${asked?.kind ?? 'wait'}\`.`;
  return {
    status: 'failed',
    failure: {
      code: 'effect.refused',
      message,
      status: 500,
      ...(asked === undefined ? {} : { step: asked.step }),
    },
    logs,
    cpuMs,
    ...(answer === undefined ? {} : { answer }),
  };
}
