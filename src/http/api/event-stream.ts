import type { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { EventSummary } from '../../core/event.ts';
import type { RunRecord } from '../../core/run.ts';
import { webhookName } from './events.ts';
import { readStreamQuery } from './input/event.ts';
import type { ApiParts } from './parts.ts';
import { eventBriefJson } from './represent/event.ts';
import { route } from './route.ts';

/** Notices that wait for one slow client: a second at 1,000 events, about a megabyte. */
const WAITING_MAX = 1000;
/** Shorter than the 30 s to 60 s after which proxies cut quiet connections. */
const HEARTBEAT_MS = 15_000;
/** Events told again to a client that comes back: what a person still looks through. */
const CATCH_UP_MAX = 200;

const EVENT_ID = /^evt_[0-9A-HJKMNP-TV-Z]{26}$/;

type Notice = readonly [event: EventSummary, runs: readonly RunRecord[]];

/**
 * The live tail as server-sent events (HTML, section 9.2): `event` for every notice, `missed` with a
 * count where the client was too slow, a comment as a sign of life. A client that comes back with
 * `Last-Event-ID` is told first what it missed.
 */
export function routeEventStream(api: Hono, parts: ApiParts): void {
  route(api, '/events/stream', {
    GET: (c) => {
      const { webhook } = readStreamQuery(c);
      const webhookId = webhook === undefined ? undefined : parts.registry.webhook(webhook).id;
      const last = c.req.header('last-event-id');
      return streamSSE(c, async (stream) => {
        const after = last !== undefined && EVENT_ID.test(last) ? last : undefined;
        await tail(stream, parts, webhookId, after);
      });
    },
  });
}

async function tail(
  stream: SSEStreamingApi,
  parts: ApiParts,
  webhookId: string | undefined,
  after: string | undefined,
): Promise<void> {
  const waiting = new Waiting();
  const stop = parts.feed.subscribe((event, runs) => {
    if (webhookId === undefined || event.webhookId === webhookId) waiting.add([event, runs]);
  });
  stream.onAbort(() => waiting.wake());
  try {
    await stream.write(': live\n\n'); // Headers leave with the first bytes, so the client knows.
    if (after !== undefined) await catchUp(stream, parts, webhookId, after);
    while (!stream.aborted) {
      const missed = waiting.takeMissed();
      if (missed > 0) await stream.writeSSE({ event: 'missed', data: JSON.stringify({ missed }) });
      const notice = waiting.take();
      if (notice !== undefined) await tell(stream, parts, notice);
      else if (!(await waiting.next(parts.heartbeatMs ?? HEARTBEAT_MS))) {
        await stream.write(': still here\n\n');
      }
    }
  } catch (error) {
    parts.log.write('error', 'api.stream_failed', { error });
  } finally {
    stop();
  }
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

/** The bounded queue of one client. When it is full, new notices are counted instead of kept. */
class Waiting {
  private readonly notices: Notice[] = [];
  private missed = 0;
  private resolve: ((woken: boolean) => void) | undefined;

  add(notice: Notice): void {
    if (this.notices.length >= WAITING_MAX) this.missed++;
    else this.notices.push(notice);
    this.wake();
  }

  take(): Notice | undefined {
    return this.notices.shift();
  }

  /** How many were not kept; only told once those that were kept are gone, so that order holds. */
  takeMissed(): number {
    if (this.notices.length > 0) return 0;
    const { missed } = this;
    this.missed = 0;
    return missed;
  }

  wake(): void {
    this.resolve?.(true);
  }

  /** Waits for `wake`, which gives `true`, or until the time is over. */
  async next(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const woken = await new Promise<boolean>((resolve) => {
      this.resolve = resolve;
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    clearTimeout(timer);
    this.resolve = undefined;
    return woken;
  }
}
