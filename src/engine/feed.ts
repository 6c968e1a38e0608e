import type { Attempt, ClaimedDelivery } from '../core/delivery.ts';
import type { EventSummary } from '../core/event.ts';
import type { RunRecord } from '../core/run.ts';

/** An event is told once: when its runs have ended, or when it is stored if it has none. */
type EventNotice = readonly [event: EventSummary, runs: readonly RunRecord[]];

/** An attempt is told when it is on disk. */
export type AttemptNotice = readonly [attempt: Attempt, delivery: ClaimedDelivery];

/** Live notice of what happens. */
export interface Feed<Notice extends readonly unknown[] = EventNotice> {
  /** Returns what ends the subscription. Listeners must not block: they run on the way of requests. */
  subscribe(listener: (...notice: Notice) => void): () => void;
}

export interface OpenFeed<Notice extends readonly unknown[] = EventNotice> extends Feed<Notice> {
  /** False when nobody listens, so that callers need not make what would be thrown away. */
  readonly watched: boolean;
  publish(...notice: Notice): void;
}

export function createFeed<Notice extends readonly unknown[] = EventNotice>(): OpenFeed<Notice> {
  const listeners = new Set<(...notice: Notice) => void>();
  return {
    get watched() {
      return listeners.size > 0;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(...notice) {
      for (const listener of listeners) listener(...notice);
    },
  };
}
