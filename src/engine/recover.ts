import type { CapturedEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { EventStore } from './ports.ts';
import type { Receiver } from './receive.ts';
import type { Route } from './route.ts';

/** Events read from the store at a time: with the largest bodies, 16 × 5 MB. */
const BATCH_EVENTS = 16;

export interface RecoveryParts {
  readonly store: EventStore;
  readonly receiver: Pick<Receiver, 'resume'>;
  readonly log: Log;
  /** What an event is due; `undefined` where its webhook was deleted. */
  readonly route: (event: CapturedEvent) => Route | undefined;
  /** See `asSeen`. */
  readonly seen: (event: CapturedEvent) => CapturedEvent;
}

/**
 * Stage `recover`: takes up the events that an earlier process stored and did not end. Runs beside new
 * requests; stops where an event cannot be settled, because the next ones could not be either.
 *
 * @param before only events received before this moment, which is when this process began
 * @returns how many were taken up
 */
export async function recover(parts: RecoveryParts, before: number): Promise<number> {
  const { store, log } = parts;
  let count = 0;
  for (;;) {
    const events = await store.pendingEvents(before, BATCH_EVENTS);
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
