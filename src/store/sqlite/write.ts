import type Sqlite from 'better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import { prepareAdvance, prepareInsertRun } from './advance.ts';
import type { AlertKeeper } from './alerts.ts';
import type { Write } from './batch.ts';
import type { StepWrite } from './batch-run.ts';
import type { EventWriter } from './event-writes.ts';
import { storeFailed } from './failure.ts';
import { ADD_MESSAGE_BYTES } from './hook-calls.ts';
import { prepareJournal } from './journal.ts';
import { preparePerform } from './perform.ts';
import type { Addition, Publisher } from './publish.ts';
import { prepareSenderIds } from './sender-ids.ts';
import { prepareSettleAttempt } from './settle-attempt.ts';
import type { Subscribers } from './subscribers.ts';

/** By position among the writes; every one that did not fail is on disk. */
export interface WriteResults {
  readonly failures: readonly (readonly [position: number, failure: HookwrightError])[];
  /** What effects, messages and attempts gave. */
  readonly values: readonly Value[];
}

type EventStep = NonNullable<StepWrite['event']>;

type Value = readonly [position: number, value: unknown];

/**
 * The hot path, in statements prepared once and bound by position. drizzle's prepared insert makes a commit
 * of 64 captures cost 1.06 to 1.11 times the CPU (`bench/store.js`), and more so settling with its three
 * statements; what it would give, values by name and converted, `batch.ts` has done already.
 */
export function prepareWrites(
  sqlite: Sqlite.Database,
  events: EventWriter,
  subscribers: Subscribers,
  publisher: Publisher,
  alerts: AlertKeeper,
): (writes: readonly Write[]) => WriteResults {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const insertRun = prepareInsertRun(sqlite);
  const addBytes = sqlite.prepare(
    `INSERT INTO storage (name, bytes) VALUES ('bodies', ?)
     ON CONFLICT (name) DO UPDATE SET bytes = bytes + excluded.bytes`,
  );
  const addMessageBytes = sqlite.prepare(ADD_MESSAGE_BYTES);

  const journal = prepareJournal(sqlite);
  const advance = prepareAdvance(sqlite, journal);
  const perform = preparePerform(sqlite, journal, publisher);
  const settleAttempt = prepareSettleAttempt(sqlite, subscribers, publisher, alerts);
  const claimKey = prepareSenderIds(sqlite);

  function commitTogether(writes: readonly Write[]): WriteResults {
    const settled = settledAtOnce(writes);
    const failures: [number, HookwrightError][] = [];
    let bodyBytes = 0;
    let messageBytes = 0;
    const addition: Addition = {
      capture: (event) => {
        events.capture(event);
        bodyBytes += event.body.length;
      },
      count: (bytes) => {
        messageBytes += bytes;
      },
    };
    /** Refused alone too: what follows the capture of a duplicate comes in the same commit. */
    const settleOrRefuse = (position: number, { id, status }: EventStep): boolean => {
      if (settled.has(id) || events.settle(id, status)) return true;
      failures.push([position, unknownEvent(id)]);
      return false;
    };
    /** Gives what the call's promise resolves with. */
    const apply = (write: Write, position: number): unknown => {
      switch (write.kind) {
        case 'capture': {
          // Refused alone: the others of the commit need not be written again for it.
          const refusal = write.key && claimKey(write.key, ...keyPlace(write));
          if (refusal !== undefined) {
            settled.delete(write.eventId);
            failures.push([position, refusal]);
            return undefined;
          }
          events.insert(write.values, settled.get(write.eventId));
          bodyBytes += write.size;
          if (write.message !== undefined) publisher.publish(write.message, addition);
          return undefined;
        }
        case 'settle':
          if (settleOrRefuse(position, { id: write.eventId, status: write.status })) {
            for (const run of write.runs) insertRun(run);
          }
          return undefined;
        case 'advance': {
          const { event } = write.step;
          if (event === undefined || settleOrRefuse(position, event)) advance(write.step);
          return undefined;
        }
        case 'perform':
          return perform(write, addition);
        case 'publish':
          return publisher.publish(write.message, addition, { key: write.key });
        case 'attempt':
          return settleAttempt(write.settlement, addition);
      }
    };
    begin.run();
    const values = writes.flatMap((write, position): Value[] => {
      const value = apply(write, position);
      return value === undefined ? [] : [[position, value]];
    });
    if (bodyBytes > 0) addBytes.run(bodyBytes);
    if (messageBytes > 0) addMessageBytes.run(messageBytes);
    commit.run();
    return { failures, values };
  }

  return (writes) => commitEach(sqlite, writes, commitTogether, () => subscribers.forget());
}

function unknownEvent(id: string): HookwrightError {
  return new HookwrightError(
    'event.not_found',
    `Expected the event ${id} to be stored before it is settled, got none of this id.`,
  );
}

/** Webhook, event and time of a captured event's values, in the order of `EventWriter`. */
function keyPlace({ values }: Extract<Write, { kind: 'capture' }>): [string, string, number] {
  const [id, webhookId, receivedAt] = values;
  return [webhookId as string, id as string, receivedAt as number];
}

/** Commits the writes together or, where that fails, one by one, so that the bad one fails alone. */
function commitEach(
  sqlite: Sqlite.Database,
  writes: readonly Write[],
  commitTogether: (writes: readonly Write[]) => WriteResults,
  onRollback: () => void,
): WriteResults {
  try {
    return commitTogether(writes);
  } catch (error) {
    // SQLite has rolled back by itself after some errors (sqlite.org/lang_transaction.html).
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    onRollback();
    // Not when the wait for the lock was in vain: every further try would wait as long again.
    if (writes.length === 1 || isBusy(error)) {
      return {
        failures: writes.map((write, i) => [i, storeFailed(job(write), error)]),
        values: [],
      };
    }
    const results = writes.map((write) => commitEach(sqlite, [write], commitTogether, onRollback));
    return {
      failures: results.flatMap(({ failures }, i) => failures.map(([, failure]) => [i, failure])),
      values: results.flatMap(({ values }, i) => values.map(([, value]): Value => [i, value])),
    };
  }
}

/**
 * Events that one commit both captures and settles: written once with their last status, without the entry
 * among the pending ones and its removal.
 */
function settledAtOnce(writes: readonly Write[]): Map<string, number> {
  const captured = new Set<string>();
  const settled = new Map<string, number>();
  for (const write of writes) {
    if (write.kind === 'capture') captured.add(write.eventId);
    else if (write.kind === 'settle') {
      if (captured.has(write.eventId)) settled.set(write.eventId, write.status);
    } else if (write.kind === 'advance') {
      const { event } = write.step;
      if (event !== undefined && captured.has(event.id)) settled.set(event.id, event.status);
    }
  }
  return settled;
}

function job(write: Write): string {
  switch (write.kind) {
    case 'capture':
      return `store the event ${write.eventId}`;
    case 'settle':
      return `settle the event ${write.eventId}`;
    case 'advance':
      return `advance the run ${write.step.runId}`;
    case 'perform':
      return `perform effect ${write.place.number} of the run ${write.place.runId}`;
    case 'publish':
      return `store the message ${write.message.id}`;
    case 'attempt':
      return `keep an attempt of the delivery ${write.settlement.attempt.deliveryId}`;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
