import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { MessageStore } from './ports/hook-store.ts';
import type { CallerStore, EventStore, RunStore } from './ports.ts';
import { inRounds } from './rounds.ts';

/** Keys deleted per transaction: a commit of new events never waits longer than a few milliseconds. */
const BATCH_ROWS = 200;
/**
 * Events or messages asked for at a time. The store deletes them in small transactions, and passes over those that
 * have to stay once each time.
 */
const BATCH_ROWS_IN_STEPS = 10_000;
/** Between two looks. Retention is a matter of days. */
const INTERVAL_MS = 60_000;

export interface Retention {
  readonly ageMs: number;
  readonly bytesMax: number;
  /** For so long a sender's key recognises a duplicate. */
  readonly duplicateMs: number;
}

/**
 * Deletes events and messages over the retention's age or size, each for itself, and state and senders' keys
 * whose time is over, now and from time to time.
 *
 * @returns what ends it
 */
export function keepPruned(
  store: Pick<
    EventStore & RunStore & MessageStore & CallerStore,
    'prune' | 'expireState' | 'pruneMessages' | 'expireSenderIds'
  >,
  retention: Retention,
  log: Log,
  clock: Clock,
): () => void {
  const { ageMs, bytesMax, duplicateMs } = retention;
  const round = async (isEnded: () => boolean): Promise<void> => {
    /** Batch after batch, until one is not full. */
    const all = async (rows: number, batch: (rows: number) => Promise<number>): Promise<number> => {
      let sum = 0;
      for (let count = rows; count === rows && !isEnded(); sum += count) count = await batch(rows);
      return sum;
    };
    const events = await all(BATCH_ROWS_IN_STEPS, (rows) =>
      store.prune(clock() - ageMs, bytesMax, rows),
    );
    const messages = await all(BATCH_ROWS_IN_STEPS, (rows) =>
      store.pruneMessages(clock() - ageMs, bytesMax, rows),
    );
    const state = await all(BATCH_ROWS, (rows) => store.expireState(clock(), rows));
    const keys = await all(BATCH_ROWS, (rows) =>
      store.expireSenderIds(clock() - duplicateMs, rows),
    );
    if (events + messages + state + keys > 0) {
      log.write('info', 'pruned', { events, messages, state, keys });
    }
  };
  return inRounds(INTERVAL_MS, round, (error) => log.write('error', 'prune.failed', { error }));
}
