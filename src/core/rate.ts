import { formatDuration, parseDuration } from './quantity.ts';

/** How often something may happen: `requests` in `perMs` on the average, `burst` of them at once. */
export interface Rate {
  readonly requests: number;
  readonly perMs: number;
  readonly burst: number;
}

/** The most requests and the largest burst: more in a day than one process takes in a second is no limit. */
const REQUESTS_MAX = 1_000_000;
const PER_MS_MIN = 1_000;
const PER_MS_MAX = 86_400_000;

const UNITS: Readonly<Record<string, string>> = {
  ...{ s: '1s', sec: '1s', second: '1s', m: '1m', min: '1m', minute: '1m' },
  ...{ h: '1h', hour: '1h', d: '1d', day: '1d' },
};

/** What `parseRate` reads, for messages. */
export const RATE_FORM =
  'a rate from 1/day to 1000000/s, such as 100/min, 5/10s or 100/min burst 20';

/**
 * Reads `100/min`, `5/10s` or `100/min burst 20`; `undefined` for anything else. Without `burst` as many may
 * come at once as in the whole time.
 */
export function parseRate(text: string): Rate | undefined {
  const match = /^(\d{1,7})\s*\/\s*([a-z0-9.]+)(?:\s+burst\s+(\d{1,7}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, count, unit = '', most = count] = match;
  const perMs = parseDuration(Object.hasOwn(UNITS, unit) ? (UNITS[unit] as string) : unit);
  const [requests, burst] = [Number(count), Number(most)];
  const legal =
    perMs !== undefined &&
    perMs >= PER_MS_MIN &&
    perMs <= PER_MS_MAX &&
    [requests, burst].every((number) => number >= 1 && number <= REQUESTS_MAX);
  return legal ? { requests, perMs, burst } : undefined;
}

/** The inverse of `parseRate`. */
export function formatRate({ requests, perMs, burst }: Rate): string {
  const per = formatDuration(perMs).replace(/^1(?=[a-z])/, '');
  return `${requests}/${per === 'm' ? 'min' : per}${burst === requests ? '' : ` burst ${burst}`}`;
}

/*
 * The generic cell rate algorithm (ITU-T I.371, annex A): one number for each caller, the time at which its
 * bucket would be empty again, and no timer that refills it.
 */

/** Rounding errors: times of today have a precision of 0.0002 ms, and the next addition rounds again. */
const EPSILON_MS = 1e-3;

/** Milliseconds until a request is within the rate; 0 where it is now. */
export function waitMs(rate: Rate, emptyAt: number, now: number): number {
  const interval = rate.perMs / rate.requests;
  const wait = bounded(rate, emptyAt, now) - (rate.burst - 1) * interval - now;
  return Math.max(0, Math.ceil(wait - EPSILON_MS));
}

/** What is to be remembered after a request that was let in. A caller that is new begins with 0. */
export function afterRequest(rate: Rate, emptyAt: number, now: number): number {
  return Math.max(bounded(rate, emptyAt, now), now) + rate.perMs / rate.requests;
}

/** A full bucket empties in this time: a clock that was set back does not make anybody wait longer. */
function bounded({ requests, perMs, burst }: Rate, emptyAt: number, now: number): number {
  return Math.min(emptyAt, now + (burst * perMs) / requests);
}
