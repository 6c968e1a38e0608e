import type Sqlite from 'better-sqlite3';
import type { ClaimedDelivery } from '../../core/delivery.ts';
import type { Claim, DeliveryWant, DueHook } from '../../engine/ports/hook-store.ts';
import { type DeliveryRow, toDelivery } from './deliveries.ts';
import { type MessageRow, toMessage } from './messages.ts';
import { DELIVERY_STATUS_CODES, UNDELIVERED } from './schema-hooks.ts';

const { pending, sending, cancelled } = DELIVERY_STATUS_CODES;

/** Characters of data that one claim gives: they are copied to the main thread and wait there to be sent. */
const CLAIM_CHARS_MAX = 8 * 1024 * 1024;

/** Taking deliveries to attempt; each method is one transaction. */
export interface Taker {
  claim(owner: string, now: number, leaseMs: number, wants: readonly DeliveryWant[]): Claim;
  claimOne(owner: string, now: number, leaseMs: number, id: string): ClaimedDelivery | undefined;
  renew(owner: string, ids: readonly string[], until: number): string[];
  reclaim(now: number, isAlone: boolean): string[];
  due(hookIds: readonly string[]): DueHook[];
}

type Row = DeliveryRow & { readonly rowid: number };

/** Gives what leases a row; `undefined` where its message is pruned meanwhile: its deliveries go with it. */
function prepareTake(
  sqlite: Sqlite.Database,
): (row: Row, owner: string, until: number) => ClaimedDelivery | undefined {
  const take = sqlite.prepare(
    `UPDATE delivery SET status = ${sending}, due_at = NULL, lease_owner = ?, lease_until = ?
     WHERE rowid = ?`,
  );
  const message = sqlite.prepare<[string], MessageRow>('SELECT * FROM message WHERE id = ?');
  return (row, owner, until) => {
    const stored = message.get(row.message_id);
    if (stored === undefined) return undefined;
    take.run(owner, until, row.rowid);
    const { dueAt: _, ...delivery } = toDelivery({ ...row, status: sending });
    return { ...delivery, message: toMessage(stored) };
  };
}

export function prepareTaker(sqlite: Sqlite.Database): Taker {
  // Both read their index from its beginning and stop: claiming costs the same however many wait.
  const nextDue = sqlite.prepare<[string, number, number], Row>(
    `SELECT rowid, * FROM delivery WHERE hook_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?`,
  );
  const firstOpen = sqlite.prepare<[string, string], Row>(
    `SELECT rowid, * FROM delivery WHERE rowid = (SELECT min(first) FROM (
       SELECT min(rowid) AS first FROM delivery
         WHERE hook_id = ? AND status = ${pending} AND ${UNDELIVERED}
       UNION ALL SELECT min(rowid) FROM delivery
         WHERE hook_id = ? AND status = ${sending} AND ${UNDELIVERED}))`,
  );
  const onePending = sqlite.prepare<[string], Row>(
    `SELECT rowid, * FROM delivery WHERE id = ? AND status = ${pending}`,
  );
  const taken = prepareTake(sqlite);
  const dueAt = sqlite
    .prepare<[string], number | null>(
      'SELECT min(due_at) FROM delivery WHERE hook_id = ? AND due_at IS NOT NULL',
    )
    .pluck();
  // One text for all ids: a statement takes at most 32,766 values (sqlite.org/limits.html).
  const renew = sqlite
    .prepare<[number, string, string], string>(
      `UPDATE delivery SET lease_until = ?
       WHERE id IN (SELECT value FROM json_each(?)) AND lease_owner = ? RETURNING id`,
    )
    .pluck();
  const reclaim = sqlite
    .prepare<[number, number], string>(
      `UPDATE delivery SET status = ${pending}, due_at = ?, lease_owner = NULL, lease_until = NULL
       WHERE lease_until <= ? RETURNING hook_id`,
    )
    .pluck();
  const cancelGone = sqlite.prepare(
    `UPDATE delivery SET status = ${cancelled}, due_at = NULL, ended_at = ?
     WHERE due_at IS NOT NULL AND hook_id NOT IN (SELECT id FROM hook)`,
  );

  function rowsFor({ hookId, countMax, ordered }: DeliveryWant, now: number): Row[] {
    if (!ordered) return nextDue.all(hookId, now, countMax);
    const first = countMax > 0 ? firstOpen.get(hookId, hookId) : undefined;
    return first?.due_at != null && first.due_at <= now ? [first] : [];
  }

  /** When a hook has to be looked at again; of an ordered one, when its first is due. */
  function dueOf({ hookId, ordered }: DeliveryWant): number | undefined {
    const at = ordered ? firstOpen.get(hookId, hookId)?.due_at : dueAt.get(hookId);
    return at ?? undefined;
  }

  return {
    claim: sqlite.transaction(
      (owner: string, now: number, leaseMs: number, wants: readonly DeliveryWant[]): Claim => {
        const deliveries: ClaimedDelivery[] = [];
        let chars = 0;
        for (const want of wants) {
          if (chars >= CLAIM_CHARS_MAX) break;
          for (const row of rowsFor(want, now)) {
            const delivery = taken(row, owner, now + leaseMs);
            if (delivery === undefined) continue;
            deliveries.push(delivery);
            chars += delivery.message.data.length;
          }
        }
        const due = wants.flatMap((want) => {
          const at = dueOf(want);
          return at === undefined ? [] : [{ hookId: want.hookId, dueAt: at }];
        });
        return { deliveries, due };
      },
    ).immediate,
    claimOne: sqlite.transaction(
      (owner: string, now: number, leaseMs: number, id: string): ClaimedDelivery | undefined => {
        const row = onePending.get(id);
        return row === undefined ? undefined : taken(row, owner, now + leaseMs);
      },
    ).immediate,
    renew: (owner, ids, until) => {
      const renewed = new Set(renew.all(until, JSON.stringify(ids), owner));
      return ids.filter((id) => renewed.has(id));
    },
    reclaim: sqlite.transaction((now: number, isAlone: boolean) => {
      const hookIds = reclaim.all(now, isAlone ? Number.MAX_SAFE_INTEGER : now);
      if (isAlone) cancelGone.run(now);
      return [...new Set(hookIds)];
    }).immediate,
    due: (hookIds) =>
      hookIds.flatMap((hookId) => {
        const at = dueAt.get(hookId);
        return at == null ? [] : [{ hookId, dueAt: at }];
      }),
  };
}
