import type Sqlite from 'better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import type { SenderKey } from '../../engine/ports.ts';

/**
 * Claims a sender's key for an event, in the transaction that stores the event; gives back the refusal where
 * another event has it, which is counted there.
 */
export function prepareSenderIds(
  sqlite: Sqlite.Database,
): (key: SenderKey, webhookId: string, eventId: string, at: number) => HookwrightError | undefined {
  const forget = sqlite.prepare(
    'DELETE FROM sender_id WHERE webhook_id = ? AND key = ? AND received_at < ?',
  );
  const claim = sqlite.prepare(
    `INSERT INTO sender_id (webhook_id, key, event_id, received_at, repeats) VALUES (?, ?, ?, ?, 0)
     ON CONFLICT DO NOTHING`,
  );
  const replace = sqlite.prepare(
    `UPDATE sender_id SET event_id = ?, received_at = ?, repeats = repeats + 1, repeated_at = ?
     WHERE webhook_id = ? AND key = ? AND event_id = ?`,
  );
  const count = sqlite.prepare(
    `UPDATE sender_id SET repeats = repeats + 1, repeated_at = ? WHERE webhook_id = ? AND key = ?`,
  );
  return ({ key, since, instead }, webhookId, eventId, at) => {
    if (claim.run(webhookId, key, eventId, at).changes > 0) return undefined;
    if (forget.run(webhookId, key, since).changes > 0) {
      claim.run(webhookId, key, eventId, at);
      return undefined;
    }
    if (instead !== undefined) {
      if (replace.run(eventId, at, at, webhookId, key, instead).changes > 0) return undefined;
    }
    count.run(at, webhookId, key);
    return new HookwrightError(
      'event.duplicate',
      `Expected an event that is new, got ${eventId}, which its sender has sent before.`,
    );
  };
}
