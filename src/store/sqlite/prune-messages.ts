import type Sqlite from 'better-sqlite3';
import type { PruneCall } from './protocol.ts';
import { type Candidate, findDue, type Pruner, type PruneStep, STEP_ROWS } from './prune.ts';
import { DELIVERY_STATUS_CODES, UNDELIVERED } from './schema-hooks.ts';

/** See `MessageStore.pruneMessages`; the steps of it. */
export function preparePruneMessages(sqlite: Sqlite.Database): Pruner['step'] {
  // In the order of the primary key, because ids sort by time; read row by row up to the first that stays.
  const oldest = sqlite.prepare<[string], Candidate>(
    `SELECT id, created_at AS at,
       EXISTS (SELECT 1 FROM delivery WHERE message_id = message.id AND ${UNDELIVERED}
         AND status <= ${DELIVERY_STATUS_CODES.sending}) AS open
     FROM message WHERE id > ? ORDER BY id LIMIT ${STEP_ROWS}`,
  );
  const bytesOf = sqlite
    .prepare<[string], number>(
      `SELECT length(data) + (SELECT ifnull(sum(ifnull(length(request_body), 0) +
         ifnull(length(response_body), 0)), 0) FROM attempt WHERE delivery_id IN
         (SELECT id FROM delivery WHERE message_id = message.id)) FROM message WHERE id = ?`,
    )
    .pluck();
  const stored = sqlite
    .prepare<[], number>("SELECT bytes FROM storage WHERE name = 'messages'")
    .pluck();
  const deleteAttempts = sqlite.prepare(
    'DELETE FROM attempt WHERE delivery_id IN (SELECT id FROM delivery WHERE message_id = ?)',
  );
  const deleteDeliveries = sqlite.prepare('DELETE FROM delivery WHERE message_id = ?');
  const deleteAlert = sqlite.prepare('DELETE FROM alert WHERE message_id = ?');
  const deleteMessage = sqlite.prepare('DELETE FROM message WHERE id = ?');
  // Never below 0: messages of before they were counted are subtracted too.
  const subtract = sqlite.prepare(
    "UPDATE storage SET bytes = max(0, bytes - ?) WHERE name = 'messages'",
  );

  function sizeOf({ id }: Candidate): { stored: number; freed: number } {
    const bytes = bytesOf.get(id) ?? 0;
    return { stored: bytes, freed: bytes };
  }

  return sqlite.transaction((call: PruneCall, after: string): PruneStep => {
    const search = { stored: stored.get() ?? 0, takesOpen: true, sizeOf };
    const { due, bytes, last, more } = findDue(oldest.iterate(after), call, after, search);
    for (const { id } of due) {
      deleteAttempts.run(id);
      deleteDeliveries.run(id);
      deleteAlert.run(id);
      deleteMessage.run(id);
    }
    if (bytes > 0) subtract.run(bytes);
    return { pruned: due.length, last, more };
  }).immediate;
}
