import type Sqlite from 'better-sqlite3';
import type { EffectResult } from '../../core/effect.ts';
import type { CapturedEvent } from '../../core/event.ts';
import { topicEvent } from '../../core/topic-event.ts';
import type { NewMessage } from '../../engine/ports.ts';
import type { WriteCall } from './batch.ts';
import type { JournalWriter } from './journal.ts';
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
): (
  call: Extract<WriteCall, { kind: 'perform' }>,
  capture: (event: CapturedEvent) => void,
) => EffectResult {
  const operate = prepareState(sqlite);
  const insertMessage = sqlite.prepare(
    `INSERT INTO message (id, kind, "to", created_at, run_id, effect, data)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );

  function store(
    message: NewMessage,
    runId: string,
    effect: number,
    capture: (event: CapturedEvent) => void,
  ): EffectResult {
    const { id, kind, to, createdAt, data, depth } = message;
    insertMessage.run(id, kind, to, createdAt, runId, effect, data);
    if (depth !== undefined) capture(topicEvent({ id, to, data, createdAt, depth }));
    return { ok: true, value: JSON.stringify({ id }) };
  }

  return ({ place, act }, capture) => {
    const recorded = journal.result(place);
    if (recorded !== undefined) return JSON.parse(recorded) as EffectResult;
    const result =
      act.kind === 'state'
        ? operate(act.args, place.at)
        : store(act.message, place.runId, place.number, capture);
    journal.end(place, JSON.stringify(result));
    return result;
  };
}
