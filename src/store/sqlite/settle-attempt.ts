import type Sqlite from 'better-sqlite3';
import type { Attempt, Delivery } from '../../core/delivery.ts';
import type { HookRecord } from '../../core/hook.ts';
import { healthAfter } from '../../core/hook-health.ts';
import {
  healthFacts,
  NOTICE_TOPICS,
  type NoticeOccasion,
  noticeMessage,
} from '../../core/hook-notice.ts';
import type { NewMessage } from '../../core/message.ts';
import type { AttemptSettled, AttemptSettlement } from '../../engine/ports/hook-store.ts';
import type { AlertKeeper } from './alerts.ts';
import type { Addition, Publisher } from './publish.ts';
import { DELIVERY_STATUS_CODES } from './schema-hooks.ts';
import type { Subscriber, Subscribers } from './subscribers.ts';

const { pending, sending } = DELIVERY_STATUS_CODES;

interface Stored extends Pick<Delivery, 'messageId' | 'hookId'> {
  readonly status: number;
  readonly owner: string | null;
}

/** Makes the function behind `DeliveryStore.settleAttempt`, within the transaction of whoever calls it. */
export function prepareSettleAttempt(
  sqlite: Sqlite.Database,
  subscribers: Subscribers,
  { publish }: Publisher,
  alerts: Pick<AlertKeeper, 'add'>,
): (settlement: AttemptSettlement, addition: Addition) => AttemptSettled {
  const find = sqlite.prepare<[string], Stored>(
    `SELECT message_id AS messageId, hook_id AS hookId, status, lease_owner AS owner
     FROM delivery WHERE id = ?`,
  );
  // A try that a crash has made twice is kept as it ended last.
  const insert = sqlite.prepare(
    `INSERT OR REPLACE INTO attempt (delivery_id, number, started_at, ms, method, url,
       request_headers, status, address, truncated, error_code, error_message, response_headers,
       request_body, response_body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const end = sqlite.prepare(
    `UPDATE delivery SET status = ?, attempts = ?, retries = retries + ?, due_at = ?, ended_at = ?,
       lease_owner = NULL, lease_until = NULL WHERE id = ?`,
  );

  function keep({ owner, attempt, next }: AttemptSettlement, stored: Stored): void {
    insert.run(valuesOf(attempt));
    if (stored.status !== sending || stored.owner !== owner) return;
    const again = next.status === 'pending';
    const [dueAt, endedAt] = again ? [next.dueAt, null] : [null, attempt.startedAt + attempt.ms];
    const status = again ? pending : DELIVERY_STATUS_CODES[next.status];
    end.run(status, attempt.number, again ? 1 : 0, dueAt, endedAt, attempt.deliveryId);
  }

  return (settlement, addition) => {
    const { attempt, outcome, tellFailed, mails, starts } = settlement;
    const stored = find.get(attempt.deliveryId);
    if (stored === undefined) return { notices: [] }; // Pruned, with what it belongs to.
    keep(settlement, stored);
    addition.count(bytesOf(attempt));
    const hook = subscribers.get(stored.hookId);
    if (hook === undefined) return { notices: [] };
    const notices: NewMessage[] = [];
    const occasion = occasionOf(attempt, stored.messageId);
    const after = outcome === undefined ? hook : changed(hook, settlement, occasion, notices);
    if (after !== hook) subscribers.change(hook.id, after);
    // Of the hook alone: single deliveries that fail are too many.
    if (mails && hook.alerts.length > 0) {
      for (const { id } of notices) alerts.add(id, hook.id, occasion.at);
    }
    if (tellFailed) {
      const attempts = { attempts: attempt.number };
      notices.push(noticeMessage(NOTICE_TOPICS.exhausted, hook, occasion, attempts));
    }
    const told = notices.map((message) =>
      starts.some((topic) => topic === message.to) ? { ...message, depth: 1 } : message,
    );
    for (const message of told) publish(message, addition, { except: hook.id });
    const { status, health, disabled } = after;
    return {
      hook: { status, health, ...(disabled === undefined ? {} : { disabled }) },
      notices: told,
    };
  };
}

type HookState = Pick<HookRecord, 'status' | 'health' | 'disabled'>;

/** What an attempt makes of its hook: the same object where it changes nothing. */
function changed(
  hook: Subscriber,
  { outcome = 'succeeded' }: AttemptSettlement,
  occasion: NoticeOccasion,
  notices: NewMessage[],
): HookState {
  // Attempts that were under way when it was disabled change nothing any more.
  if (hook.status === 'disabled') return hook;
  const { failures, warned } = hook.health;
  if (outcome === 'succeeded' && failures === 0 && warned === 0) return hook;
  const { health, notice } = healthAfter(hook.health, outcome, occasion.at, hook);
  if (notice === undefined) return { status: hook.status, health };
  const { topic, facts } = healthFacts(notice, outcome === 'succeeded' ? hook.health : health);
  notices.push(noticeMessage(topic, hook, occasion, facts));
  return notice.kind === 'disabled'
    ? { status: 'disabled', health, disabled: { at: occasion.at, why: notice.why } }
    : { status: hook.status, health };
}

function occasionOf(attempt: Attempt, messageId: string): NoticeOccasion {
  const { deliveryId, number, startedAt, ms, response, error } = attempt;
  return {
    deliveryId,
    messageId,
    attempt: number,
    at: startedAt + ms,
    ...(response === undefined ? {} : { status: response.status }),
    ...(error === undefined ? {} : { error: error.message }),
  };
}

function bytesOf({ request, response }: Attempt): number {
  return (request.body?.length ?? 0) + (response?.body.length ?? 0);
}

/** In the order of the insert. */
function valuesOf(attempt: Attempt): (string | number | Uint8Array | null)[] {
  const { deliveryId, number, startedAt, ms, request, response, error } = attempt;
  return [
    deliveryId,
    number,
    startedAt,
    ms,
    request.method,
    request.url,
    JSON.stringify(request.headers),
    response?.status ?? null,
    response?.address ?? null,
    response?.truncated === true ? 1 : 0,
    error?.code ?? null,
    error?.message ?? null,
    response === undefined ? null : JSON.stringify(response.headers),
    request.body ?? null,
    response?.body ?? null,
  ];
}
