import type { Hono } from 'hono';
import type { SSEStreamingApi } from 'hono/streaming';
import type { EventSummary } from '../../core/event.ts';
import type { RunRecord } from '../../core/run.ts';
import { webhookName } from './events.ts';
import { readStreamQuery } from './input/event.ts';
import { liveStream } from './live-stream.ts';
import type { ApiParts } from './parts.ts';
import { eventBriefJson } from './represent/event.ts';
import { route } from './route.ts';

/** Events told again to a client that comes back: what a person still looks through. */
const CATCH_UP_MAX = 200;

const EVENT_ID = /^evt_[0-9A-HJKMNP-TV-Z]{26}$/;

type Notice = readonly [event: EventSummary, runs: readonly RunRecord[]];

/**
 * The live tail of events: `event` for every notice. A client that comes back with `Last-Event-ID` is told
 * first what it missed.
 */
export function routeEventStream(api: Hono, parts: ApiParts): void {
  route(api, '/events/stream', {
    GET: (c) => {
      const { webhook } = readStreamQuery(c);
      const webhookId = webhook === undefined ? undefined : parts.registry.webhook(webhook).id;
      const last = c.req.header('last-event-id');
      const after = last !== undefined && EVENT_ID.test(last) ? last : undefined;
      return liveStream<Notice>(c, parts, {
        subscribe: (add) =>
          parts.feed.subscribe((event, runs) => {
            if (webhookId === undefined || event.webhookId === webhookId) add([event, runs]);
          }),
        tell: (stream, notice) => tell(stream, parts, notice),
        ...(after === undefined
          ? {}
          : { catchUp: (stream) => catchUp(stream, parts, webhookId, after) }),
      });
    },
  });
}

async function catchUp(
  stream: SSEStreamingApi,
  parts: ApiParts,
  webhookId: string | undefined,
  after: string,
): Promise<void> {
  const filter = webhookId === undefined ? {} : { webhookId };
  const events = await parts.store.events({ ...filter, after, countMax: CATCH_UP_MAX });
  for (const event of [...events].reverse()) {
    await tell(stream, parts, [event, await parts.store.runsOf(event.id)]);
  }
}

async function tell(stream: SSEStreamingApi, parts: ApiParts, notice: Notice): Promise<void> {
  const [event, runs] = notice;
  const name = webhookName(parts.registry, event.webhookId);
  const data = JSON.stringify(eventBriefJson(event, name, runs));
  await stream.writeSSE({ event: 'event', id: event.id, data });
}
