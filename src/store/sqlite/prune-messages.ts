import type Sqlite from 'better-sqlite3';
import { DELIVERY_STATUS_CODES, UNDELIVERED } from './schema-hooks.ts';

/** Bytes freed after which a call ends: freeing the pages of 8 MB takes 0.3 ms, at most 11. */
const BYTES_MAX = 8 * 1024 * 1024;

/** See `MessageStore.pruneMessages`; one transaction. */
export type MessagePruner = (before: number, bytesMax: number, countMax: number) => number;

interface Row {
  readonly id: string;
  readonly createdAt: number;
  readonly bytes: number;
  /** 1 or 0. */
  readonly open: number;
}

export function prepareMessagePruner(sqlite: Sqlite.Database): MessagePruner {
  // In the order of the primary key, because ids sort by time; read row by row up to the first that stays.
  const oldest = sqlite.prepare<[string, number], Row>(
    `SELECT id, created_at AS createdAt,
       length(data) + (SELECT ifnull(sum(ifnull(length(request_body), 0) +
         ifnull(length(response_body), 0)), 0) FROM attempt WHERE delivery_id IN
         (SELECT id FROM delivery WHERE message_id = message.id)) AS bytes,
       EXISTS (SELECT 1 FROM delivery WHERE message_id = message.id AND ${UNDELIVERED}
         AND status <= ${DELIVERY_STATUS_CODES.sending}) AS open
     FROM message WHERE id > ? ORDER BY id LIMIT ?`,
  );
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

  function due(before: number, bytesMax: number, countMax: number): Row[] {
    let left = stored.get() ?? 0;
    let freed = 0;
    const rows: Row[] = [];
    for (const row of oldest.iterate('', countMax)) {
      const tooOld = row.createdAt < before;
      if (!tooOld && left <= bytesMax) break;
      if (!tooOld && row.open === 1) continue;
      if (rows.length > 0 && freed + row.bytes > BYTES_MAX) break;
      rows.push(row);
      left -= row.bytes;
      freed += row.bytes;
    }
    return rows;
  }

  return sqlite.transaction((before: number, bytesMax: number, countMax: number) => {
    const rows = due(before, bytesMax, countMax);
    for (const { id } of rows) {
      deleteAttempts.run(id);
      deleteDeliveries.run(id);
      deleteAlert.run(id);
      deleteMessage.run(id);
    }
    const freed = rows.reduce((sum, { bytes }) => sum + bytes, 0);
    if (freed > 0) subtract.run(freed);
    return rows.length;
  }).immediate;
}
