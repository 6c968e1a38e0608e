import type { Context } from 'hono';
import { z } from 'zod';
import type { RunStatus } from '../../../core/run.ts';
import { eventId, limit } from './page.ts';
import { object, readQuery } from './read.ts';

const RUN_ID = /^run_[0-9A-HJKMNP-TV-Z]{26}$/;

const RUN_STATUSES = [
  ...(['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const),
] satisfies readonly RunStatus[];

const runsQuery = object({
  webhook: z.string().optional(),
  automation: z.string().optional(),
  status: z.enum(RUN_STATUSES, `one of ${RUN_STATUSES.join(', ')}`).optional(),
  event: eventId.optional(),
  before: z.string().regex(RUN_ID, 'the id of a run, such as run_01K…').optional(),
  limit,
});

/** What `GET /runs` is asked for. */
export interface RunsQuery {
  readonly webhook?: string | undefined;
  readonly automation?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly event?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Throws `request.malformed`. */
export function readRunsQuery(c: Context): RunsQuery {
  return readQuery(c, runsQuery);
}
