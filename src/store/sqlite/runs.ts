import { and, asc, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { RunFailure, RunRecord, RunSummary } from '../../core/run.ts';
import type { SecretUse } from '../../core/secret-use.ts';
import type { RunFilter } from '../../engine/ports.ts';
import { OPEN, runTable, UNSUCCEEDED } from './schema.ts';

const IS_UNSUCCEEDED = sql.raw(UNSUCCEEDED);
const IS_OPEN = sql.raw(OPEN);
// Not what may be long: a page of 200 runs that answered with 12 MB each would take 5 GB.
const {
  inputs: _inputs,
  logs: _logs,
  value: _value,
  secretUse: _secretUse,
  answerHeaders: _headers,
  answerBody: _body,
  leaseOwner: _leaseOwner,
  leaseUntil: _leaseUntil,
  ...SUMMARY
} = getTableColumns(runTable);

export function findRun(
  db: Pick<BetterSQLite3Database, 'select'>,
  id: string,
): RunRecord | undefined {
  const row = db.select().from(runTable).where(eq(runTable.id, id)).get();
  return row === undefined ? undefined : toRun(row);
}

export function listRunsOf(db: BetterSQLite3Database, eventId: string): RunRecord[] {
  return db
    .select()
    .from(runTable)
    .where(eq(runTable.eventId, eventId))
    .orderBy(asc(runTable.startedAt), sql`rowid`)
    .all()
    .map(toRun);
}

export function listRuns(db: BetterSQLite3Database, filter: RunFilter): RunSummary[] {
  const { eventId, webhookId, automation, status, before, countMax } = filter;
  return db
    .select(SUMMARY)
    .from(runTable)
    .where(
      and(
        eventId === undefined ? undefined : eq(runTable.eventId, eventId),
        webhookId === undefined ? undefined : eq(runTable.webhookId, webhookId),
        automation === undefined ? undefined : eq(runTable.automation, automation),
        status === undefined ? undefined : eq(runTable.status, status),
        // Implied, and said for the planner: it takes a partial index only where it reads its condition.
        status === undefined || status === 'succeeded' ? undefined : IS_UNSUCCEEDED,
        before === undefined ? undefined : lt(runTable.id, before),
      ),
    )
    .orderBy(desc(runTable.id))
    .limit(countMax)
    .all()
    .map(toSummary);
}

export function countOpenRuns(db: BetterSQLite3Database): number {
  const row = db
    .select({ count: sql<number>`count(*)` })
    .from(runTable)
    .where(and(IS_UNSUCCEEDED, IS_OPEN))
    .get();
  return row?.count ?? 0;
}

export function findNextDue(db: BetterSQLite3Database): number | undefined {
  const row = db
    .select({ dueAt: runTable.dueAt })
    .from(runTable)
    .where(sql`due_at IS NOT NULL`)
    .orderBy(asc(runTable.dueAt))
    .limit(1)
    .get();
  return row?.dueAt ?? undefined;
}

type Row = typeof runTable.$inferSelect;

function toRun(row: Row): RunRecord {
  const { leaseOwner: _o, leaseUntil: _u, answerStatus, answerHeaders, answerBody, ...rest } = row;
  const { inputs, value, secretUse, logs, ...head } = rest;
  return {
    ...toHead(head),
    inputs,
    logs: JSON.parse(logs) as RunRecord['logs'],
    ...(value === null ? {} : { value }),
    ...(secretUse === null ? {} : { secretUse: JSON.parse(secretUse) as SecretUse }),
    ...(answerStatus === null || answerHeaders === null || answerBody === null
      ? {}
      : {
          answer: { status: answerStatus, headers: JSON.parse(answerHeaders), body: answerBody },
        }),
  };
}

function toSummary({ answerStatus, ...head }: Pick<Row, keyof typeof SUMMARY>): RunSummary {
  const summary = toHead(head);
  return answerStatus === null ? summary : { ...summary, answer: { status: answerStatus } };
}

function toHead(
  row: Pick<Row, Exclude<keyof typeof SUMMARY, 'answerStatus'>>,
): Omit<RunSummary, 'answer'> {
  const { dueAt, endedAt, callerRun, callerEffect, failure, ...plain } = row;
  return {
    ...plain,
    ...(dueAt === null ? {} : { dueAt }),
    ...(endedAt === null ? {} : { endedAt }),
    ...(callerRun === null || callerEffect === null
      ? {}
      : { caller: { runId: callerRun, effect: callerEffect } }),
    ...(failure === null ? {} : { failure: JSON.parse(failure) as RunFailure }),
  };
}
