import { sql } from 'drizzle-orm';
import {
  blob,
  customType,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core';

import type { AutomationOwner } from '../../core/automation.ts';
import type { WebhookSettings } from '../../core/webhook.ts';
import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

/**
 * An event's status as stored. Numbers of one size (SQLite keeps 0 and 1 in no byte, 2 to 127 in one):
 * a row whose size does not change is overwritten in place, so that settling an event with a body of
 * 5 MB writes 40 kB, run and indexes included, and not the body again.
 */
export const STATUS_CODES: Readonly<Record<Status, number>> = {
  pending: 2,
  done: 3,
  filtered: 4,
  captured: 5,
};

type Status = 'pending' | 'done' | 'filtered' | 'captured';

const STATUS_BY_CODE = new Map<number, Status>(
  (Object.keys(STATUS_CODES) as Status[]).map((status) => [STATUS_CODES[status], status]),
);

const eventStatus = customType<{ data: Status; driverData: number }>({
  dataType: () => 'integer',
  toDriver: (status) => STATUS_CODES[status],
  fromDriver: (code) => STATUS_BY_CODE.get(code) as Status,
});

/**
 * A run's status as stored. Open ones come first: what recovery, lists and limits ask for are ranges, and a
 * partial index names its condition in numbers.
 */
export const RUN_STATUS_CODES: Readonly<Record<RunStatus, number>> = {
  queued: 2,
  running: 3,
  waiting: 4,
  succeeded: 5,
  failed: 6,
  cancelled: 7,
};

type RunStatus = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

const RUN_STATUS_BY_CODE = new Map<number, RunStatus>(
  (Object.keys(RUN_STATUS_CODES) as RunStatus[]).map((status) => [
    RUN_STATUS_CODES[status],
    status,
  ]),
);

const runStatus = customType<{ data: RunStatus; driverData: number }>({
  dataType: () => 'integer',
  toDriver: (status) => RUN_STATUS_CODES[status],
  fromDriver: (code) => RUN_STATUS_BY_CODE.get(code) as RunStatus,
});

/** The condition of `run_unsucceeded`; a query uses that index only where it says the same. */
export const UNSUCCEEDED: string = `status <> ${RUN_STATUS_CODES.succeeded}`;

/** The condition of `run_open`, likewise. */
export const OPEN: string = `status <= ${RUN_STATUS_CODES.waiting}`;

/** BLOB affinity converts nothing: a text comes back as text, bytes come back as bytes. */
const textOrBytes = customType<{ data: string | Uint8Array }>({ dataType: () => 'blob' });

interface WebhookRow {
  id: string;
  token: string;
  name: string;
  description: string;
  paused: boolean;
  respond: 'run' | 'ack';
  /** `null` for a webhook of before there were any. */
  settings: WebhookSettings | null;
  createdAt: number;
  updatedAt: number;
}

export const webhookTable: TableOf<WebhookRow> = sqliteTable('webhook', {
  id: text().primaryKey(),
  token: text().notNull().unique(),
  name: text().notNull().unique(),
  description: text().notNull(),
  paused: integer({ mode: 'boolean' }).notNull(),
  respond: text({ enum: ['run', 'ack'] }).notNull(),
  // No query looks into it, so that a new setting needs no migration.
  settings: text({ mode: 'json' }).$type<WebhookSettings>(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** `null` stands for a field that is absent. */
interface BindingRow {
  webhookId: string;
  position: number;
  automation: string;
  when: string | null;
  disabled: boolean | null;
  also: boolean | null;
  inputs: Readonly<Record<string, unknown>> | null;
}

export const bindingTable: TableOf<BindingRow> = sqliteTable(
  'binding',
  {
    webhookId: text('webhook_id')
      .notNull()
      .references(() => webhookTable.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    automation: text().notNull(),
    when: text(),
    disabled: integer({ mode: 'boolean' }),
    also: integer({ mode: 'boolean' }),
    inputs: text({ mode: 'json' }).$type<Readonly<Record<string, unknown>>>(),
  },
  (table) => [primaryKey({ columns: [table.webhookId, table.position] })],
);

interface RevisionRow {
  id: string;
  automation: string;
  source: string;
  createdAt: number;
}

export const revisionTable: TableOf<RevisionRow> = sqliteTable('revision', {
  id: text().primaryKey(),
  automation: text().notNull(),
  source: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

interface AutomationRow {
  name: string;
  revision: string;
  file: string;
  owner: AutomationOwner;
}

export const automationTable: TableOf<AutomationRow, 'owner'> = sqliteTable('automation', {
  name: text().primaryKey(),
  revision: text()
    .notNull()
    .references(() => revisionTable.id),
  file: text().notNull(),
  owner: text().$type<AutomationOwner>().notNull().default('folder'),
});

interface EventRow {
  id: string;
  webhookId: string;
  receivedAt: number;
  status: Status;
  method: string;
  path: string;
  query: string | null;
  headers: string;
  clientIp: string;
  body: Buffer;
  webhookName: string | null;
  webhookUrl: string | null;
  webhookAccount: string | null;
  /** JSON of an object. */
  data: string | null;
}

/**
 * `status` is what an event ends as: `pending_event` says that it has not, and then `done` stands here,
 * as what most become.
 *
 * No foreign key to the webhook: events outlive it. The body comes last, so that a list reads the row's
 * head and its length, and never the pages that hold it. Behind it is what only a run needs, which reads
 * the body too; rows from before have `NULL` there.
 */
export const eventTable: TableOf<EventRow> = sqliteTable(
  'event',
  {
    id: text().primaryKey(),
    webhookId: text('webhook_id').notNull(),
    receivedAt: integer('received_at').notNull(),
    status: eventStatus().notNull(),
    method: text().notNull(),
    path: text().notNull(),
    query: text(),
    headers: text().notNull(),
    clientIp: text('client_ip').notNull(),
    body: blob({ mode: 'buffer' }).notNull(),
    webhookName: text('webhook_name'),
    webhookUrl: text('webhook_url'),
    webhookAccount: text('webhook_account'),
    data: text(),
  },
  (table) => [
    // A webhook's events, newest first. Costs about 2 µs per event.
    index('event_by_webhook').on(table.webhookId, table.id),
  ],
);

interface PendingEventRow {
  eventId: string;
  receivedAt: number;
}

/**
 * The events that are pending, which recovery takes up: as small as what is under way. A table of its own, so
 * that settling an event leaves the pages alone that hold it: capturing and settling one takes 43 µs and 15.7 kB
 * of writes in commits of 23, and 47 µs and 17.7 kB where this is a status in the row and an index on it.
 *
 * The migration adds `WITHOUT ROWID`, for which drizzle has no word: one tree in place of two.
 */
export const pendingEventTable: TableOf<PendingEventRow> = sqliteTable('pending_event', {
  // Ids sort by time.
  eventId: text('event_id').primaryKey(),
  receivedAt: integer('received_at').notNull(),
});

interface RunRow {
  id: string;
  eventId: string;
  webhookId: string;
  automation: string;
  revision: string;
  binding: number;
  status: RunStatus;
  attempt: number;
  startedAt: number;
  dueAt: number | null;
  endedAt: number | null;
  leaseUntil: number | null;
  leaseOwner: string | null;
  cpuMs: number;
  callerRun: string | null;
  callerEffect: number | null;
  /** JSON of an object. */
  inputs: string;
  /** JSON of a `RunFailure`. */
  failure: string | null;
  /** JSON of the `LogLine`s. */
  logs: string;
  /** JSON of a function's value. */
  value: string | null;
  /** JSON of a `SecretUse`. */
  secretUse: string | null;
  answerStatus: number | null;
  /** JSON of the pairs. */
  answerHeaders: string | null;
  answerBody: string | Uint8Array | null;
}

/**
 * No foreign key to the event: `settle` and `prune` keep the two together without its look-up per row.
 * `due_at` is there for queued and waiting runs alone, the lease for running ones alone, so that the two
 * indexes on them are as small as what is open. What may be long comes last.
 */
export const runTable: TableOf<RunRow> = sqliteTable(
  'run',
  {
    id: text().primaryKey(),
    eventId: text('event_id').notNull(),
    webhookId: text('webhook_id').notNull(),
    automation: text().notNull(),
    revision: text().notNull(),
    binding: integer().notNull(),
    status: runStatus().notNull(),
    attempt: integer().notNull(),
    startedAt: integer('started_at').notNull(),
    dueAt: integer('due_at'),
    endedAt: integer('ended_at'),
    leaseUntil: integer('lease_until'),
    leaseOwner: text('lease_owner'),
    cpuMs: real('cpu_ms').notNull(),
    callerRun: text('caller_run'),
    callerEffect: integer('caller_effect'),
    inputs: text().notNull(),
    failure: text(),
    logs: text().notNull(),
    value: text(),
    secretUse: text('secret_use'),
    answerStatus: integer('answer_status'),
    answerHeaders: text('answer_headers'),
    answerBody: textOrBytes('answer_body'),
  },
  (table) => [
    // An event's runs, for showing and for pruning.
    index('run_by_event').on(table.eventId),
    // A webhook's runs, newest first. Costs 0.7 µs per run; without it such a list may read the whole table,
    // for about a second per million runs, in which nothing is committed.
    index('run_by_webhook').on(table.webhookId, table.id),
    // What `claim` takes up, and the moment at which it next has to.
    index('run_due').on(table.dueAt).where(sql`due_at IS NOT NULL`),
    // What a process that is gone has left behind.
    index('run_leased').on(table.leaseUntil).where(sql`lease_until IS NOT NULL`),
    // Lists by status, newest first, and the number of open runs. Most runs succeed and cost nothing here.
    index('run_unsucceeded').on(table.status, table.id).where(sql.raw(UNSUCCEEDED)),
    // Whether an automation has open runs, asked at each time of its schedule. As small as what is open.
    index('run_open').on(table.automation).where(sql.raw(OPEN)),
  ],
);

interface ScheduleRow {
  automation: string;
  definition: string;
  lastAt: number;
}

/** How far each schedule has come: its times up to `last_at` are decided. */
export const scheduleTable: TableOf<ScheduleRow> = sqliteTable('schedule', {
  automation: text().primaryKey(),
  definition: text().notNull(),
  lastAt: integer('last_at').notNull(),
});

interface StorageRow {
  name: string;
  bytes: number;
}

/**
 * Two rows: `bodies`, the bytes of all events' bodies, and `messages`, those of messages' data and attempts'
 * bodies. They change in the transaction that stores or deletes them, once per transaction and not per event,
 * so that they are exact after a crash and cost a group commit one page; summing at the start would read
 * every row, or an index that each event pays for.
 */
export const storageTable: TableOf<StorageRow> = sqliteTable('storage', {
  name: text().primaryKey(),
  bytes: integer().notNull(),
});
