import type Sqlite from 'better-sqlite3';
import type { CapturedEvent } from '../../core/event.ts';
import { topicEvent } from '../../core/topic-event.ts';
import type { EffectPlace, NewMessage } from '../../engine/ports.ts';

/**
 * Stores a message, and the event of the runs that it starts, within the transaction of whoever calls it.
 *
 * @param from the effect that made it, or `NO_RUN`
 * @param capture stores an event as pending, within the same transaction
 */
export type StoreMessage = (
  message: NewMessage,
  from: Pick<EffectPlace, 'runId' | 'number'>,
  capture: (event: CapturedEvent) => void,
) => void;

/** Where a message comes from that a webhook forwards. */
export const NO_RUN: Pick<EffectPlace, 'runId' | 'number'> = { runId: '', number: 0 };

export function prepareMessages(sqlite: Sqlite.Database): StoreMessage {
  const insert = sqlite.prepare(
    `INSERT INTO message (id, kind, "to", created_at, run_id, effect, data)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  return ({ id, kind, to, createdAt, data, depth }, { runId, number }, capture) => {
    insert.run(id, kind, to, createdAt, runId, number, data);
    if (depth !== undefined) capture(topicEvent({ id, to, data, createdAt, depth }));
  };
}
