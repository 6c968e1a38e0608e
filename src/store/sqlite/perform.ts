import type Sqlite from 'better-sqlite3';
import type { EffectResult } from '../../core/effect.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { NewMessage } from '../../core/message.ts';
import type { EffectPlace } from '../../engine/ports.ts';
import type { WriteCall } from './batch.ts';
import type { JournalWriter } from './journal.ts';
import type { Addition, Publisher } from './publish.ts';
import { prepareState } from './state.ts';

/**
 * Makes the function that performs an internal effect and completes its journal entry, within the
 * transaction of whoever calls it. What is complete already is not performed again.
 */
export function preparePerform(
  sqlite: Sqlite.Database,
  journal: JournalWriter,
  { publish }: Publisher,
): (call: Extract<WriteCall, { kind: 'perform' }>, addition: Addition) => EffectResult {
  const operate = prepareState(sqlite);

  function store(message: NewMessage, place: EffectPlace, addition: Addition): EffectResult {
    try {
      const run = { id: place.runId, effect: place.number };
      const { id } = publish(message, addition, { run });
      return { ok: true, value: JSON.stringify({ id }) };
    } catch (error) {
      return refusal(error);
    }
  }

  return ({ place, act }, addition) => {
    const recorded = journal.result(place);
    if (recorded !== undefined) return JSON.parse(recorded) as EffectResult;
    const result =
      act.kind === 'state' ? operate(act.args, place.at) : store(act.message, place, addition);
    journal.end(place, JSON.stringify(result));
    return result;
  };
}

/** A hook that cannot be sent to is the run's matter; nothing was written by then. */
function refusal(error: unknown): EffectResult {
  const known = error instanceof HookwrightError && error.code.startsWith('hook.');
  if (!known) throw error;
  const { message, next } = error;
  const text = next === undefined ? message : `${message} ${next}`;
  return { ok: false, code: 'effect.failed', message: text };
}
