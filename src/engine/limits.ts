import type { Timer } from '../core/timer.ts';

/** Bytes of one effect's arguments: they are kept in the journal, and cross to the sandbox each time. */
export const EFFECT_ARGS_BYTES_MAX: number = 1024 * 1024;

/** Bytes of one effect's result as JSON, for the same reasons; replies of `http` have their own limit. */
export const EFFECT_RESULT_BYTES_MAX: number = 1024 * 1024;

/** Bytes of the body of an `http` reply. */
export const REPLY_BYTES_MAX: number = 1024 * 1024;

/** A year: longer waits are mistakes in units, and a run must end some day. */
export const WAIT_MS_MAX: number = 365 * 86_400_000;

/** Automations that call each other deeper than this call themselves. */
export const CALL_DEPTH_MAX = 16;

/** Messages whose runs emit the next one, in a row. More is a circle: `call` ends there too. */
export const TOPIC_DEPTH_MAX = 16;

/** The longest sleep of schedules and alerts: a clock that was set, or a machine that slept, is noticed then. */
export const LOOK_MS_MAX = 60_000;

/** Effects of one run under way at once; more wait. The outbound client has 16 connections to a host. */
export const EFFECTS_AT_ONCE_MAX = 32;

/**
 * How long a process that died keeps its runs from being taken up. Three renewals fit in, so that a
 * slow disk does not cost a run; the wait after a crash is bearable.
 */
export const LEASE_MS = 15_000;

/** Between two tries of one `http` effect: the first wait, doubled each time, and the longest. */
export const HTTP_BACKOFF = { firstMs: 500, mostMs: 30_000 } as const;

/** The longest `Retry-After` that a try waits for; a server that asks for more gets no other try. */
export const RETRY_AFTER_MS_MAX = 60_000;

/** Between two attempts of a background run. Longer than `http` waits: what failed was tried before. */
export const RUN_BACKOFF = { firstMs: 5_000, mostMs: 3_600_000 } as const;

/** Redirects that an `http` effect follows, each checked like the first request. Browsers take 20. */
export const REDIRECTS_MAX = 5;

/** Compiled programs of revisions that are no longer current, kept for runs that began with them. */
export const OLD_REVISIONS_MAX = 64;

/**
 * Milliseconds before the n-th repetition (from 1): doubled each time, and between half and all of that,
 * so that what failed together does not come back together.
 */
export function backoffMs(
  { firstMs, mostMs }: { readonly firstMs: number; readonly mostMs: number },
  repetition: number,
  random: () => number,
): number {
  const ms = Math.min(mostMs, firstMs * 2 ** (repetition - 1));
  return Math.round(ms * (0.5 + random() / 2));
}

/** Resolves after that time, or at once when the signal is aborted. */
export function pause(timer: Timer, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timer(ms, done);
    signal.addEventListener('abort', done);
  });
}
