import type Sqlite from 'better-sqlite3';
import type { CapturedEvent } from '../../core/event.ts';
import type { SqlValue } from './batch.ts';
import { STATUS_CODES } from './schema.ts';

const { pending, done } = STATUS_CODES;
const COLUMNS = [
  'id',
  'webhook_id',
  'received_at',
  'status',
  'method',
  'path',
  'query',
  'headers',
  'client_ip',
  'body',
  'webhook_name',
  'webhook_url',
  'webhook_account',
  'data',
];
const STATUS = COLUMNS.indexOf('status');
const RECEIVED_AT = COLUMNS.indexOf('received_at');

/** Writes events and how they end, within the transaction of whoever calls it. */
export interface EventWriter {
  /**
   * @param values of all columns; `status` is that of the capture
   * @param settled the status that the same commit settles it with
   */
  insert(values: SqlValue[], settled: number | undefined): void;
  /** Stores an event as pending. */
  capture(event: CapturedEvent): void;
  /** Gives back whether there is such an event. */
  settle(id: string, status: number): boolean;
}

export function prepareEventWriter(sqlite: Sqlite.Database): EventWriter {
  const insert = sqlite.prepare(
    `INSERT INTO event (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  );
  const insertPending = sqlite.prepare(
    'INSERT INTO pending_event (event_id, received_at) VALUES (?, ?)',
  );
  const deletePending = sqlite.prepare('DELETE FROM pending_event WHERE event_id = ?');
  const isPending = sqlite.prepare('SELECT 1 FROM pending_event WHERE event_id = ?').pluck();
  const update = sqlite.prepare('UPDATE event SET status = ? WHERE id = ?');
  const reopen = sqlite.prepare(
    'INSERT INTO pending_event (event_id, received_at) SELECT id, received_at FROM event WHERE id = ?',
  );

  const put: EventWriter['insert'] = (values, settled) => {
    const status = settled ?? (values[STATUS] as number);
    const isOpen = status === pending;
    const stored = isOpen ? done : status;
    insert.run(stored === values[STATUS] ? values : values.with(STATUS, stored));
    if (isOpen) insertPending.run(values[0], values[RECEIVED_AT]);
  };

  return {
    insert: put,
    capture: (event) => put(pendingRow(event), undefined),
    settle: (id, status) => {
      if (status === pending) return isPending.get(id) === 1 || reopen.run(id).changes > 0;
      // Nothing in the event's own row changes where it is done, as most are.
      if (deletePending.run(id).changes > 0 && status === done) return true;
      return update.run(status, id).changes > 0;
    },
  };
}

/** In the order of `COLUMNS`. */
function pendingRow(event: CapturedEvent): SqlValue[] {
  const { id, webhookId, receivedAt, method, path, query, headers, clientIp, body, data } = event;
  const head = [id, webhookId, receivedAt, pending, method, path, query, headers, clientIp];
  return [...head, body, event.webhookName, event.webhookUrl, event.webhookAccount, data];
}
