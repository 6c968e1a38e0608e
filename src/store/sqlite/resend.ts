import type Sqlite from 'better-sqlite3';
import { fitsTopics } from '../../core/hook.ts';
import { firstId } from '../../core/ids.ts';
import type { NewMessage } from '../../core/message.ts';
import type { CancelFilter, ResendFilter } from '../../engine/ports/hook-store.ts';
import { notFound } from './hooks.ts';
import type { Publisher } from './publish.ts';
import { DELIVERY_STATUS_CODES, UNDELIVERED } from './schema-hooks.ts';
import type { Subscribers } from './subscribers.ts';

const { pending, sending, failed, cancelled } = DELIVERY_STATUS_CODES;

/** Changes to deliveries by hand; each method is one transaction. See `DeliveryStore`. */
export interface Resender {
  resend(which: ResendFilter, now: number, countMax: number): number;
  missed(
    hookId: string,
    since: number,
    after: string,
    now: number,
    countMax: number,
  ): { made: number; last?: string };
  cancel(which: CancelFilter, now: number, countMax: number): number;
}

interface Candidate extends Pick<NewMessage, 'id' | 'kind' | 'to' | 'createdAt'> {
  /** Id of the hook that it is about. */
  readonly about: string | null;
}

export function prepareResender(
  sqlite: Sqlite.Database,
  subscribers: Subscribers,
  { deliver }: Publisher,
): Resender {
  const again = `UPDATE delivery SET status = ${pending}, retries = 0, due_at = ?, ended_at = NULL`;
  const resendIds = sqlite.prepare(
    `${again} WHERE id IN (SELECT value FROM json_each(?) LIMIT ?) AND status <> ${sending}`,
  );
  const resendWaiting = sqlite.prepare(
    `${again} WHERE rowid IN (SELECT rowid FROM delivery
       WHERE hook_id = ? AND due_at > ? ORDER BY due_at LIMIT ?)`,
  );
  const resendFailed = sqlite.prepare(
    `${again} WHERE rowid IN (SELECT rowid FROM delivery
       WHERE hook_id = ? AND status = ${failed} AND ${UNDELIVERED} AND ended_at >= ?
         AND ended_at < ? AND NOT EXISTS (SELECT 1 FROM message
           WHERE message.id = delivery.message_id AND message.kind = 'ping') ORDER BY rowid LIMIT ?)`,
  );
  const off = `UPDATE delivery SET status = ${cancelled}, ended_at = ?, due_at = NULL,
     lease_owner = NULL, lease_until = NULL`;
  const cancelIds = sqlite.prepare(
    `${off} WHERE id IN (SELECT value FROM json_each(?) LIMIT ?) AND status <= ${sending}`,
  );
  const cancelOf = sqlite.prepare(
    `${off} WHERE rowid IN (SELECT rowid FROM delivery
       WHERE hook_id = ? AND status <= ${sending} AND ${UNDELIVERED} LIMIT ?)`,
  );
  const messagesAfter = sqlite.prepare<[string, number], Candidate>(
    // What Hookwright tells of a hook names it.
    `SELECT id, kind, "to", created_at AS createdAt,
       CASE WHEN "to" LIKE 'hookwright.%' THEN json_extract(data, '$.hook.id') END AS about
     FROM message WHERE id > ? ORDER BY id LIMIT ?`,
  );

  return {
    resend: (which, now, countMax) => {
      if ('ids' in which) return resendIds.run(now, JSON.stringify(which.ids), countMax).changes;
      return 'since' in which
        ? resendFailed.run(now, which.hookId, which.since, now, countMax).changes
        : resendWaiting.run(now, which.waitingOf, now, countMax).changes;
    },
    missed: sqlite.transaction(
      (hookId: string, since: number, after: string, now: number, countMax: number) => {
        const hook = subscribers.get(hookId);
        if (hook === undefined) throw notFound(hookId);
        const from = after === '' ? firstId('msg', since) : after;
        const messages = messagesAfter.all(from, countMax);
        let made = 0;
        for (const message of messages) {
          if (message.kind !== 'emit' || !fitsTopics(hook.patterns, message.to)) continue;
          if (message.about !== hookId && deliver(message, hookId, now)) made++;
        }
        const last = messages.length === countMax ? messages.at(-1)?.id : undefined;
        return { made, ...(last === undefined ? {} : { last }) };
      },
    ).immediate,
    cancel: (which, now, countMax) =>
      'ids' in which
        ? cancelIds.run(now, JSON.stringify(which.ids), countMax).changes
        : cancelOf.run(now, which.hookId, countMax).changes,
  };
}
