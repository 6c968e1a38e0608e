import type { Context } from 'hono';
import { z } from 'zod';
import { eventId, limit } from './page.ts';
import { object, readQuery } from './read.ts';

const eventsQuery = object({
  webhook: z.string().optional(),
  before: eventId.optional(),
  after: eventId.optional(),
  limit,
});

const streamQuery = object({ webhook: z.string().optional() });

/** What `GET /events` is asked for. */
export interface EventsQuery {
  readonly webhook?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Throws `request.malformed`. */
export function readEventsQuery(c: Context): EventsQuery {
  return readQuery(c, eventsQuery);
}

/** Throws `request.malformed`. */
export function readStreamQuery(c: Context): { readonly webhook?: string | undefined } {
  return readQuery(c, streamQuery);
}
