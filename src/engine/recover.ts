import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { EventStore } from './ports.ts';
import type { Receiver } from './receive.ts';
import { inRounds } from './rounds.ts';
import type { Route } from './route.ts';

/** Events read from the store at a time: with the largest bodies, 16 × 5 MB. */
const BATCH_EVENTS = 16;
/** Between two looks for events whose runs a failing store did not take. One look reads a small index. */
const INTERVAL_MS = 5_000;

export interface RecoveryParts {
  readonly store: EventStore;
  readonly receiver: Pick<Receiver, 'resume' | 'worksOn'>;
  readonly log: Log;
  /** What an event is due; `undefined` where its webhook was deleted. */
  readonly route: (event: CapturedEvent) => Route | undefined;
  /** See `asSeen`. */
  readonly seen: (event: CapturedEvent) => CapturedEvent;
}

/**
 * Takes up events left pending: those of an earlier process now, and from time to time those of this one
 * that could not be settled, as while the disk was full.
 *
 * @param startedAt when this process began; what was received later is given time to end by itself
 * @returns what ends it
 */
export function keepRecovered(parts: RecoveryParts, clock: Clock, startedAt: number): () => void {
  const round = async (): Promise<void> => {
    await recover(parts, Math.max(startedAt, clock() - INTERVAL_MS));
  };
  return inRounds(INTERVAL_MS, round, (error) =>
    parts.log.write('error', 'recovery.failed', { error }),
  );
}

/**
 * Stage `recover`: takes up the events that are stored and did not end, but for those that this process
 * works on. Runs beside new requests; stops where an event cannot be settled, because the next ones could
 * not be either.
 *
 * @param before only events received before this moment
 * @returns how many were taken up
 */
export async function recover(parts: RecoveryParts, before: number): Promise<number> {
  const { store, receiver, log } = parts;
  let count = 0;
  for (;;) {
    const pending = await store.pendingEvents(before, BATCH_EVENTS);
    const events = pending.filter(({ id }) => !receiver.worksOn(id));
    if (events.length === 0) return count;
    await Promise.all(events.map((event) => takeUp(parts, event)));
    count += events.length;
    const [first] = events;
    if (first !== undefined && (await store.event(first.id))?.status === 'pending') {
      log.write('error', 'recovery.stopped', { event: first.id });
      return count;
    }
    log.write('info', 'recovery', { events: events.length });
  }
}

async function takeUp(parts: RecoveryParts, event: CapturedEvent): Promise<void> {
  const route = parts.route(event);
  if (route === undefined) return parts.store.settle(event.id, 'done', []);
  return parts.receiver.resume(route, parts.seen(event));
}
