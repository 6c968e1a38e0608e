import type Sqlite from 'better-sqlite3';
import type { Alert } from '../../engine/ports/hook-store.ts';
import { type MessageRow, toMessage } from './messages.ts';

/**
 * Mails that wait. With more, the mail server is away and hooks fail by the hundred: what is not kept is told
 * by the log and by the topics all the same.
 */
const ALERTS_MAX = 1000;

/** See `AlertStore`; each method is one transaction, but for `add`, which is part of its caller's. */
export interface AlertKeeper {
  /** Keeps the mail of a notice about a hook, due at `at`, where there is room. */
  add(noticeId: string, hookId: string, at: number): void;
  take(now: number, waitsMs: readonly number[], countMax: number): Alert[];
  end(noticeId: string): void;
  next(): number | undefined;
}

interface Row extends MessageRow {
  readonly hook_id: string;
  readonly tries: number;
}

export function prepareAlerts(sqlite: Sqlite.Database): AlertKeeper {
  const insert = sqlite.prepare(
    `INSERT INTO alert (message_id, hook_id, due_at, tries)
     SELECT ?, ?, ?, 0 WHERE (SELECT count(*) FROM alert) < ${ALERTS_MAX}`,
  );
  const due = sqlite.prepare<[number, number], Row>(
    `SELECT message.*, alert.hook_id, alert.tries FROM alert
     JOIN message ON message.id = alert.message_id
     WHERE alert.due_at <= ? ORDER BY alert.due_at LIMIT ?`,
  );
  const putOff = sqlite.prepare('UPDATE alert SET due_at = ?, tries = ? WHERE message_id = ?');
  const remove = sqlite.prepare('DELETE FROM alert WHERE message_id = ?');
  const next = sqlite.prepare<[], number | null>('SELECT min(due_at) FROM alert').pluck();
  return {
    add: (noticeId, hookId, at) => void insert.run(noticeId, hookId, at),
    take: sqlite.transaction((now: number, waitsMs: readonly number[], countMax: number) =>
      due.all(now, countMax).map((row): Alert => {
        const tries = row.tries + 1;
        putOff.run(now + (waitsMs[row.tries] ?? waitsMs.at(-1) ?? 0), tries, row.id);
        return { notice: toMessage(row), hookId: row.hook_id, tries };
      }),
    ).immediate,
    end: (noticeId) => void remove.run(noticeId),
    next: () => next.get() ?? undefined,
  };
}
