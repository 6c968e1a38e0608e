import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { ApiParts } from './parts.ts';

/** Notices that wait for one slow client: a second at 1,000 events, about a megabyte. */
const WAITING_MAX = 1000;
/** Shorter than the 30 s to 60 s after which proxies cut quiet connections. */
const HEARTBEAT_MS = 15_000;

/** What a live stream tells. */
export interface LiveSource<Notice> {
  /** Calls back with each notice; returns what ends that. */
  readonly subscribe: (add: (notice: Notice) => void) => () => void;
  /** What to tell first. */
  readonly catchUp?: (stream: SSEStreamingApi) => Promise<void>;
  readonly tell: (stream: SSEStreamingApi, notice: Notice) => Promise<void>;
}

/**
 * A live tail as server-sent events (HTML, section 9.2): each notice as its source tells it, `missed` with a
 * count where the client was too slow, a comment as a sign of life.
 */
export function liveStream<Notice>(
  c: Context,
  parts: Pick<ApiParts, 'heartbeatMs' | 'log'>,
  source: LiveSource<Notice>,
): Response {
  return streamSSE(c, (stream) => follow(stream, parts, source));
}

async function follow<Notice>(
  stream: SSEStreamingApi,
  parts: Pick<ApiParts, 'heartbeatMs' | 'log'>,
  source: LiveSource<Notice>,
): Promise<void> {
  const waiting = new Waiting<Notice>();
  const stop = source.subscribe((notice) => waiting.add(notice));
  stream.onAbort(() => waiting.wake());
  try {
    await stream.write(': live\n\n'); // Headers leave with the first bytes, so the client knows.
    await source.catchUp?.(stream);
    while (!stream.aborted) {
      const missed = waiting.takeMissed();
      if (missed > 0) await stream.writeSSE({ event: 'missed', data: JSON.stringify({ missed }) });
      const notice = waiting.take();
      if (notice !== undefined) await source.tell(stream, notice);
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

/** The bounded queue of one client. When it is full, new notices are counted instead of kept. */
class Waiting<Notice> {
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
