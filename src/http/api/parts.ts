import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Feed } from '../../engine/feed.ts';
import type { EventStore } from '../../engine/ports.ts';
import type { Registry } from '../../engine/registry.ts';

/** What the API stands on. */
export interface ApiParts {
  readonly registry: Registry;
  readonly store: Pick<EventStore, 'event' | 'events' | 'runsOf'>;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly log: Log;
  /** Every request has to bear it. */
  readonly token: string;
  readonly version: string;
  /** What stands before `/webhooks/…`; a function, because a free port is known only after listening. */
  readonly url: () => string;
  /** Milliseconds between two signs of life on a quiet stream. */
  readonly heartbeatMs?: number;
}
