import type { EffectRequest, EffectResult, JournalEntry } from '../../../src/core/effect.ts';
import type { Execution, ExecutionResult } from '../../../src/core/run.ts';
import type { Sandbox } from '../../../src/sandbox/pool.ts';
import { execution, program } from '../executions.ts';

export const START: number = execution(program('')).now;

export function ok(value: unknown): EffectResult {
  return { ok: true, value: JSON.stringify(value) };
}

/** An effect that ended, as the engine writes it down: a second after the one before. */
export function ended(
  request: EffectRequest,
  arrival: number,
  result: EffectResult = ok(`result ${request.number}`),
): JournalEntry {
  const at = START + (arrival + 1) * 1000;
  return { ...request, beganAt: START, ended: { at, arrival, result } };
}

/** Effects that a result asks for; fails where it asks for none. */
export function needs(result: ExecutionResult): readonly EffectRequest[] {
  if (result.status !== 'needs') throw new Error(JSON.stringify(result));
  return result.effects;
}

/** Goes through a run as the engine does: performs what is asked for, in order, one at a time. */
export async function through(
  sandbox: Sandbox,
  first: Execution,
  perform: (request: EffectRequest) => EffectResult = (request) => ok(`result ${request.number}`),
): Promise<{ result: ExecutionResult; journal: readonly JournalEntry[]; executions: number }> {
  const journal: JournalEntry[] = [];
  for (let executions = 1; ; executions++) {
    const result = await sandbox.execute({ ...first, journal });
    if (result.status !== 'needs') return { result, journal, executions };
    for (const request of result.effects) {
      journal.push(ended(request, journal.length, perform(request)));
    }
  }
}
