import type { EventSummary } from '../core/event.ts';
import type { RunRecord } from '../core/run.ts';

/**
 * Live notice of captured and settled events. An event is noticed once when it is stored, with no runs
 * and usually the status `pending`, and again when it is settled, with its runs.
 */
export interface Feed {
  /** Listeners are called in the order of the notices and must not throw. Gives the way to stop. */
  subscribe(listener: (event: EventSummary, runs: readonly RunRecord[]) => void): () => void;
}
