import type { EventSummary } from '../core/event.ts';
import type { RunRecord } from '../core/run.ts';

type FeedListener = (event: EventSummary, runs: readonly RunRecord[]) => void;

/** Live notice of events, each once: when its runs have ended, or when it is stored if it has none. */
export interface Feed {
  /** Returns what ends the subscription. Listeners must not block: they run on the way of requests. */
  subscribe(listener: FeedListener): () => void;
}

export interface OpenFeed extends Feed {
  /** False when nobody listens, so that callers need not make what would be thrown away. */
  readonly watched: boolean;
  publish(event: EventSummary, runs: readonly RunRecord[]): void;
}

export function createFeed(): OpenFeed {
  const listeners = new Set<FeedListener>();
  return {
    get watched() {
      return listeners.size > 0;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(event, runs) {
      for (const listener of listeners) listener(event, runs);
    },
  };
}
