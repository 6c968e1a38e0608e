import type { DisableReason, Hook } from './hook.ts';

/** How a hook's attempts have ended of late. */
export interface HookHealth {
  /** Failed attempts in a row. */
  readonly failures: number;
  /** When the first of them ended. */
  readonly failingSince?: number;
  /** The highest of `WARNING_PERCENTS` that was told; more than 0 where its next success is to be told. */
  readonly warned: number;
}

/** Nothing known against it. */
export const HEALTHY: HookHealth = { failures: 0, warned: 0 };

/** Of one that was disabled and is resumed: nothing, but whoever was told waits to hear that it works again. */
export const RESUMED: HookHealth = { failures: 0, warned: 1 };

/** What is known against a hook after a pause: its failures, and no time of them, because nothing was tried. */
export function healthAfterPause({ failures, warned }: HookHealth): HookHealth {
  return { failures, warned };
}

/** Parts of the way to being disabled that are told. */
const WARNING_PERCENTS = [50, 75, 90] as const;

/** What an attempt's end says about its hook. `gone`: 410, "do not call again" (RFC 9110, 15.5.11). */
export type AttemptOutcome = 'succeeded' | 'failed' | 'gone';

/** Something to tell about a hook. */
export type HookNotice =
  | { readonly kind: 'failing'; readonly percent: number }
  | { readonly kind: 'disabled'; readonly why: DisableReason }
  /** It succeeds again after a warning. */
  | { readonly kind: 'recovered' };

/**
 * A hook's health after one more attempt, and what there is to tell: at most one thing, the gravest. The
 * `failuresMax`th failure in a row disables.
 *
 * @param at when the attempt ended
 */
export function healthAfter(
  health: HookHealth,
  outcome: AttemptOutcome,
  at: number,
  limits: Pick<Hook, 'failuresMax' | 'failingMs'>,
): { readonly health: HookHealth; readonly notice?: HookNotice } {
  if (outcome === 'succeeded') {
    return health.warned > 0
      ? { health: HEALTHY, notice: { kind: 'recovered' } }
      : { health: HEALTHY };
  }
  const failures = health.failures + 1;
  const failingSince = health.failingSince ?? at;
  const next: HookHealth = { failures, failingSince, warned: health.warned };
  if (outcome === 'gone') return { health: next, notice: { kind: 'disabled', why: 'gone' } };
  const { failuresMax, failingMs } = limits;
  if (failuresMax > 0 && failures >= failuresMax) {
    return { health: next, notice: { kind: 'disabled', why: 'failures' } };
  }
  if (failingMs > 0 && at - failingSince >= failingMs) {
    return { health: next, notice: { kind: 'disabled', why: 'days' } };
  }
  const parts = [
    failuresMax > 0 ? failures / failuresMax : 0,
    failingMs > 0 ? (at - failingSince) / failingMs : 0,
  ];
  const reached = Math.max(...parts) * 100;
  const percent = WARNING_PERCENTS.findLast((step) => reached >= step) ?? 0;
  if (percent <= health.warned) return { health: next };
  return { health: { ...next, warned: percent }, notice: { kind: 'failing', percent } };
}
