import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { EventStore } from './ports.ts';

/** Events deleted per transaction: a commit of new events never waits longer than a few milliseconds. */
const BATCH_EVENTS = 200;
/** Between two looks. Retention is a matter of days. */
const INTERVAL_MS = 60_000;

export interface Retention {
  readonly ageMs: number;
  readonly bytesMax: number;
}

/**
 * Deletes events over the retention's age or size, now and from time to time.
 *
 * @returns what ends it
 */
export function keepPruned(
  store: EventStore,
  retention: Retention,
  log: Log,
  clock: Clock,
): () => void {
  let stopped = false;
  let busy = false;
  const round = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      let events = 0;
      for (let count = BATCH_EVENTS; count === BATCH_EVENTS && !stopped; events += count) {
        count = await store.prune(clock() - retention.ageMs, retention.bytesMax, BATCH_EVENTS);
      }
      if (events > 0) log.write('info', 'pruned', { events });
    } catch (error) {
      if (!stopped) log.write('error', 'prune.failed', { error });
    } finally {
      busy = false;
    }
  };
  void round();
  const timer = setInterval(() => void round(), INTERVAL_MS);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
