import type Sqlite from 'better-sqlite3';
import type { EffectResult } from '../../core/effect.ts';
import type { CapturedEvent } from '../../core/event.ts';
import type { EffectPlace, NewMessage } from '../../engine/ports.ts';
import type { WriteCall } from './batch.ts';
import type { JournalWriter } from './journal.ts';
import type { StoreMessage } from './messages.ts';
import { prepareState } from './state.ts';

/**
 * Makes the function that performs an internal effect and completes its journal entry, within the
 * transaction of whoever calls it. What is complete already is not performed again.
 *
 * @param capture stores an event as pending, within the same transaction
 */
export function preparePerform(
  sqlite: Sqlite.Database,
  journal: JournalWriter,
  storeMessage: StoreMessage,
): (
  call: Extract<WriteCall, { kind: 'perform' }>,
  capture: (event: CapturedEvent) => void,
) => EffectResult {
  const operate = prepareState(sqlite);

  function store(
    message: NewMessage,
    place: EffectPlace,
    capture: (event: CapturedEvent) => void,
  ): EffectResult {
    storeMessage(message, place, capture);
    return { ok: true, value: JSON.stringify({ id: message.id }) };
  }

  return ({ place, act }, capture) => {
    const recorded = journal.result(place);
    if (recorded !== undefined) return JSON.parse(recorded) as EffectResult;
    const result =
      act.kind === 'state' ? operate(act.args, place.at) : store(act.message, place, capture);
    journal.end(place, JSON.stringify(result));
    return result;
  };
}
