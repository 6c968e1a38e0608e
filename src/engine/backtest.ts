import { derivedId } from '../core/ids.ts';
import type { CompiledAutomation } from '../language/compile.ts';
import type { Sandbox } from './ports.ts';
import type { Captured, Outcome, Recording } from './recording.ts';
import type { Difference } from './replay/compare.ts';
import { replay } from './replay.ts';

/**
 * What a draft would do for one event.
 * - `same`: what the run did that happened.
 * - `differs`: something else, told by the differences.
 * - `fails`: it fails, and no run did, or the run that happened did not.
 * - `new`: no run happened that it could be compared with.
 */
export interface Verdict {
  readonly result: 'same' | 'differs' | 'fails' | 'new';
  /** As of a replay; without a run that happened, the effects that it asks for. */
  readonly differences: readonly Difference[];
  /** Absent where it awaits an effect that no journal answers. */
  readonly outcome?: Outcome;
}

export interface BacktestParts {
  readonly sandbox: Pick<Sandbox, 'execute'>;
  readonly draft: CompiledAutomation;
  /** By name, in place of what the run was given. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Runs a draft for the event of a run that happened, with effects answered from its journal. Sends nothing. */
export async function backtestRun(
  { sandbox, draft, inputs }: BacktestParts,
  recording: Recording,
): Promise<Verdict> {
  const given = JSON.parse(recording.inputs) as Readonly<Record<string, unknown>>;
  const merged = { ...recording, inputs: JSON.stringify({ ...given, ...inputs }) };
  const { differences, outcome } = await replay(merged, sandbox, { automation: draft });
  const fails = outcome?.status === 'failed' && recording.outcome.status !== 'failed';
  const result = fails ? 'fails' : differences.length === 0 ? 'same' : 'differs';
  return { result, differences, ...(outcome === undefined ? {} : { outcome }) };
}

/** Runs a draft for an event for which no run happened: effects are not answered, and end it where it waits. */
export async function backtestEvent(
  { sandbox, draft, inputs }: BacktestParts,
  captured: Captured,
): Promise<Verdict> {
  const { event } = captured;
  const id = derivedId('run', event.receivedAt, `${event.id}/${draft.name}`);
  const recording: Recording = {
    ...captured,
    engine: '',
    run: { id, seed: id, attempt: 1 },
    revision: { id: '', automation: draft.name, source: '' },
    limits: draft.program.limits,
    inputs: JSON.stringify(inputs),
    journal: [],
    outcome: { status: 'succeeded', logs: [] },
  };
  const { differences, outcome } = await replay(recording, sandbox, { automation: draft });
  return {
    result: outcome?.status === 'failed' ? 'fails' : 'new',
    differences: differences.filter(({ at }) => at.startsWith('effects[')),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
