import type { EventStatus, EventSummary, StoredEvent } from '../../../core/event.ts';
import type { Duplicates } from '../../../core/refused-request.ts';
import type { RunRecord } from '../../../core/run.ts';
import { type BodyJson, bodyJson } from './body.ts';
import { type RunBriefJson, type RunJson, runBriefJson, runJson } from './run.ts';
import { iso } from './time.ts';

export interface EventBriefJson {
  readonly id: string;
  /** Empty for an event that a message made. */
  readonly webhook_id: string;
  /** The webhook's name; `null` where it was deleted, or where there was none. */
  readonly webhook: string | null;
  readonly received_at: string;
  readonly status: EventStatus;
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly client_ip: string;
  readonly body_size: number;
  readonly runs: readonly RunBriefJson[];
}

export interface EventJson extends Omit<EventBriefJson, 'runs'> {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodyJson;
  /** What the webhook's `map` took from it; `null` where it had none. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly runs: readonly RunJson[];
  /** The same request, sent again by its sender and not run again; `null` for none. */
  readonly duplicates: { readonly count: number; readonly last_at: string } | null;
}

export function eventBriefJson(
  event: EventSummary,
  webhook: string | null,
  runs: readonly RunRecord[],
): EventBriefJson {
  return { ...eventFacts(event, webhook, event.bodySize), runs: runs.map(runBriefJson) };
}

export function eventJson(
  event: StoredEvent,
  webhook: string | null,
  runs: readonly RunRecord[],
  duplicates: Duplicates | undefined,
): EventJson {
  return {
    ...eventFacts(event, webhook, event.body.length),
    headers: headerPairs(event.headers),
    body: bodyJson(event.body),
    data: event.data === null ? null : (JSON.parse(event.data) as Record<string, unknown>),
    runs: runs.map(runJson),
    duplicates:
      duplicates === undefined
        ? null
        : { count: duplicates.count, last_at: iso(duplicates.lastAt) },
  };
}

function eventFacts(
  event: Omit<EventSummary, 'bodySize'>,
  webhook: string | null,
  bodySize: number,
): Omit<EventBriefJson, 'runs'> {
  return {
    id: event.id,
    webhook_id: event.webhookId,
    webhook,
    received_at: iso(event.receivedAt),
    status: event.status,
    method: event.method,
    path: event.path,
    query: event.query,
    client_ip: event.clientIp,
    body_size: bodySize,
  };
}

/** `CapturedEvent.headers` as pairs. */
function headerPairs(headers: string): (readonly [name: string, value: string])[] {
  const flat = JSON.parse(headers) as string[];
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    pairs.push([flat[i] as string, flat[i + 1] as string]);
  }
  return pairs;
}
