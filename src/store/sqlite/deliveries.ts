import type Sqlite from 'better-sqlite3';
import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Attempt, Delivery, DeliveryStatus } from '../../core/delivery.ts';
import type { DeliveryFilter } from '../../engine/ports/hook-store.ts';
import { attemptTable, DELIVERY_STATUS_CODES, UNDELIVERED } from './schema-hooks.ts';

/** As the driver gives it. */
export interface DeliveryRow {
  readonly id: string;
  readonly message_id: string;
  readonly hook_id: string;
  readonly status: number;
  readonly attempts: number;
  readonly retries: number;
  readonly created_at: number;
  readonly due_at: number | null;
  readonly ended_at: number | null;
}

const STATUS_BY_CODE = new Map<number, DeliveryStatus>(
  Object.entries(DELIVERY_STATUS_CODES).map(([status, code]) => [code, status as DeliveryStatus]),
);

export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    messageId: row.message_id,
    hookId: row.hook_id,
    status: STATUS_BY_CODE.get(row.status) as DeliveryStatus,
    attempts: row.attempts,
    retries: row.retries,
    createdAt: row.created_at,
    ...(row.due_at === null ? {} : { dueAt: row.due_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}

export function findDelivery(sqlite: Sqlite.Database, id: string): Delivery | undefined {
  const row = sqlite.prepare<[string], DeliveryRow>('SELECT * FROM delivery WHERE id = ?').get(id);
  return row === undefined ? undefined : toDelivery(row);
}

/** By rowid, which is the order of making; ids of one millisecond are not. */
export function listDeliveries(sqlite: Sqlite.Database, filter: DeliveryFilter): Delivery[] {
  const { hookId, messageId, status, before, countMax } = filter;
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where('hook_id = ?', hookId);
  where('message_id = ?', messageId);
  where('status = ?', status === undefined ? undefined : DELIVERY_STATUS_CODES[status]);
  // Implied, and said for the planner: it takes a partial index only where it reads its condition.
  if (status !== undefined && status !== 'succeeded') conditions.push(UNDELIVERED);
  where('rowid < (SELECT rowid FROM delivery WHERE id = ?)', before);
  const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return sqlite
    .prepare<(string | number)[], DeliveryRow>(
      `SELECT * FROM delivery ${condition} ORDER BY rowid DESC LIMIT ?`,
    )
    .all(...values, countMax)
    .map(toDelivery);
}

export function listAttempts(db: BetterSQLite3Database, deliveryId: string): Attempt[] {
  return db
    .select()
    .from(attemptTable)
    .where(eq(attemptTable.deliveryId, deliveryId))
    .orderBy(asc(attemptTable.number))
    .all()
    .map(toAttempt);
}

function toAttempt(row: typeof attemptTable.$inferSelect): Attempt {
  const { deliveryId, number, startedAt, ms, method, url, status, address, truncated } = row;
  const { requestHeaders, requestBody, responseHeaders, responseBody } = row;
  const { errorCode, errorMessage } = row;
  return {
    deliveryId,
    number,
    startedAt,
    ms,
    request: {
      method,
      url,
      headers: JSON.parse(requestHeaders),
      ...(requestBody === null ? {} : { body: new Uint8Array(requestBody) }),
    },
    ...(status === null
      ? {}
      : {
          response: {
            status,
            headers: JSON.parse(responseHeaders ?? '[]'),
            body: new Uint8Array(responseBody ?? []),
            truncated,
            address: address ?? '',
          },
        }),
    ...(errorCode === null ? {} : { error: { code: errorCode, message: errorMessage ?? '' } }),
  };
}
