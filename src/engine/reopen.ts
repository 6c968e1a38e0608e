import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { RunFailure, RunRecord } from '../core/run.ts';
import { Journal } from './journal.ts';
import type { EventStore, RunStore } from './ports.ts';
import { endedRecord, runFields } from './records.ts';
import { failedWith } from './refusal.ts';
import type { RunnableAutomation } from './route.ts';
import { seenOf } from './seen.ts';
import type { RunState } from './subject.ts';

export interface ReopenParts {
  readonly store: Pick<EventStore, 'event'> & Pick<RunStore, 'advance' | 'journal'>;
  readonly revision: (id: string) => Promise<RunnableAutomation | string>;
  /** See `asSeen`. */
  readonly seen: (event: CapturedEvent) => CapturedEvent;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Makes a stored run ready to go on: with the revision that it began with, its event and its journal.
 * A run that cannot go on ends as failed.
 *
 * @returns `undefined` for one that has ended so
 */
export async function reopen(parts: ReopenParts, run: RunRecord): Promise<RunState | undefined> {
  const { store } = parts;
  const [event, found, journal] = await Promise.all([
    store.event(run.eventId),
    parts.revision(run.revision),
    store.journal(run.id),
  ]);
  if (typeof found === 'string') return fail(parts, run, 'run.automation_missing', found);
  if (event === undefined) {
    const message = `Expected the stored event ${run.eventId}, got none; it was deleted.`;
    return fail(parts, run, 'run.failed', message);
  }
  const { program, policy, retry } = found;
  return {
    record: run,
    journal: new Journal(journal),
    subject: {
      program,
      policy,
      retry,
      seen: seenOf(parts.seen(event)),
      now: event.receivedAt,
    },
  };
}

async function fail(
  { store, clock, log }: ReopenParts,
  run: RunRecord,
  code: RunFailure['code'],
  message: string,
): Promise<undefined> {
  const failure = failedWith({ code, message, status: 500 }, run.logs);
  const ended = endedRecord(run, failure, clock());
  await store.advance({ run: ended, begun: [], ended: [] });
  log.write('warn', 'run', runFields(ended));
  return undefined;
}
