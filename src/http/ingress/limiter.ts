import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { afterRequest, type Rate, waitMs } from '../../core/rate.ts';
import type { CancelTimer, Timer } from '../../core/timer.ts';
import type { Webhook, WebhookSettings } from '../../core/webhook.ts';
import { Refusal } from './refusal.ts';

/**
 * Clients that are remembered, over all webhooks: about 20 MB. Those that were heard of longest ago are forgotten
 * for new ones, and begin anew: whoever has more addresses than that is held by the webhook's own rate.
 */
export const CLIENTS_MAX = 65_536;
/** Between two lines of the log on what one webhook refused: an attack must not fill the disk. */
const REPORT_INTERVAL_MS = 10_000;
/** What is said of requests under way, whose end nobody knows. */
const CONCURRENT_WAIT_MS = 1_000;

export interface LimiterParts {
  /** For each client and webhook that says nothing of its own. */
  readonly clientRate: Rate | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

type Reason = 'rate' | 'client' | 'concurrent';

/** What is counted for one webhook, as long as its settings stay. */
interface Counters {
  /** Tells clients of this webhook from those of others, and from those under settings of before. */
  readonly number: number;
  emptyAt: number;
  underWay: number;
  /** Refused since the last line of the log. */
  refused: Record<Reason, number>;
  lastIp: string;
  report: CancelTimer | undefined;
}

/** Holds webhooks to their limits. Counts are this process's own and begin anew with it. */
export class Limiter {
  readonly #parts: LimiterParts;
  /** By the settings themselves, so that what belongs to old ones goes with them. */
  readonly #counters = new WeakMap<WebhookSettings, Counters>();
  /**
   * When each client's bucket is empty again: of those heard of lately, and of those before them. A single
   * map in order of use would do, but finding its first entry past all that were deleted takes 50 µs.
   */
  #lately = new Map<string, number>();
  #before = new Map<string, number>();
  #next = 0;

  constructor(parts: LimiterParts) {
    this.#parts = parts;
  }

  /** How many clients are remembered; some of them twice. */
  get clients(): number {
    return this.#lately.size + this.#before.size;
  }

  /**
   * Counts a request; throws a `Refusal` where it is one too many.
   *
   * @param ip the client's address
   * @returns to be called when the request is answered
   */
  enter({ id, settings }: Webhook, ip: string): () => void {
    const { rate, perClient = this.#parts.clientRate, concurrent } = settings.limits ?? NO_LIMITS;
    const clientRate = perClient === 'none' ? undefined : perClient;
    if (rate === undefined && clientRate === undefined && concurrent === undefined) return free;
    const counters = this.#countersOf(settings);
    const refuse = (reason: Reason, ms: number): Refusal =>
      this.#refusal(id, counters, ip, reason, ms);
    if (concurrent !== undefined && counters.underWay >= concurrent) {
      throw refuse('concurrent', CONCURRENT_WAIT_MS);
    }
    const now = this.#parts.clock();
    const wait = rate === undefined ? 0 : waitMs(rate, counters.emptyAt, now);
    // Only who is let in is counted: a client that is refused does not use up what others may have.
    if (clientRate !== undefined) {
      const clientWait = this.#clientWait(clientRate, counters, ip, now, wait === 0);
      if (clientWait > 0) throw refuse('client', clientWait);
    }
    if (wait > 0) throw refuse('rate', wait);
    if (rate !== undefined) counters.emptyAt = afterRequest(rate, counters.emptyAt, now);
    counters.underWay++;
    return () => {
      counters.underWay--;
    };
  }

  /** @param counts whether the request is let in unless this client's own rate refuses it */
  #clientWait(rate: Rate, { number }: Counters, ip: string, now: number, counts: boolean): number {
    const key = `${number} ${clientKey(ip)}`;
    const emptyAt = this.#lately.get(key) ?? this.#before.get(key) ?? 0;
    const wait = waitMs(rate, emptyAt, now);
    this.#lately.set(key, wait === 0 && counts ? afterRequest(rate, emptyAt, now) : emptyAt);
    if (this.#lately.size >= CLIENTS_MAX / 2) {
      this.#before = this.#lately;
      this.#lately = new Map();
    }
    return wait;
  }

  #countersOf(settings: WebhookSettings): Counters {
    const known = this.#counters.get(settings);
    if (known !== undefined) return known;
    const counters: Counters = {
      number: this.#next++,
      emptyAt: 0,
      underWay: 0,
      refused: { rate: 0, client: 0, concurrent: 0 },
      lastIp: '',
      report: undefined,
    };
    this.#counters.set(settings, counters);
    return counters;
  }

  #refusal(id: string, counters: Counters, ip: string, reason: Reason, ms: number): Refusal {
    counters.refused[reason]++;
    counters.lastIp = ip;
    counters.report ??= this.#parts.timer(REPORT_INTERVAL_MS, () => this.#report(id, counters));
    const seconds = Math.ceil(ms / 1000);
    return new Refusal(
      'request.rate_limited',
      `Expected fewer requests, got one too many. Try again in ${seconds} s.`,
      ['retry-after', String(seconds)],
    );
  }

  #report(webhook: string, counters: Counters): void {
    const { rate, client, concurrent } = counters.refused;
    this.#parts.log.write('warn', 'limited', {
      webhook,
      refused: rate + client + concurrent,
      ...(rate > 0 ? { rate } : {}),
      ...(client > 0 ? { client } : {}),
      ...(concurrent > 0 ? { concurrent } : {}),
      last_ip: counters.lastIp,
    });
    counters.refused = { rate: 0, client: 0, concurrent: 0 };
    counters.report = undefined;
  }
}

const NO_LIMITS: NonNullable<WebhookSettings['limits']> = {};

function free(): void {}

/**
 * Who counts as one client: an IPv4 address, or an IPv6 network of /64, which is what one subscriber gets.
 * On the text, which `clientOf` has brought to one form: parsing it again takes 20 times as long.
 */
export function clientKey(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...new Array<string>(zeros).fill('0'), ...last].slice(0, 4).join(':');
}
