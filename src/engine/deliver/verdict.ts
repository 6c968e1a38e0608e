import type { ClaimedDelivery } from '../../core/delivery.ts';
import { type Hook, isSuccess } from '../../core/hook.ts';
import type { AttemptOutcome } from '../../core/hook-health.ts';
import type { OutboundErrorCode, OutboundResponse } from '../../core/outbound.ts';
import { retryAfterMs } from '../effects/http-reply.ts';
import type { AttemptSettlement } from '../ports/hook-store.ts';

/** The longest that a `Retry-After` puts off the next attempt: the longest step of the usual schedule. */
const RETRY_AFTER_MS_MAX = 86_400_000;
/** Part of a wait by which it varies, up or down, so that what failed together does not come back together. */
const JITTER = 0.2;
/** "Gone": the receiver asks never to be called again (RFC 9110, section 15.5.11). */
const GONE = 410;
const TOO_MANY = 429;

/** How an attempt ended, before it is known what that means. */
export type AttemptEnd =
  | { readonly response: Pick<OutboundResponse, 'status' | 'headers'> }
  | { readonly code: OutboundErrorCode }
  /** The message does not fit; no repetition would help, and it says nothing about the receiver. */
  | { readonly code: 'unsendable' };

export interface Verdict {
  readonly next: AttemptSettlement['next'];
  readonly outcome?: AttemptOutcome;
  /** Whether the hook is overloaded or away, so that others of its deliveries wait too. */
  readonly isBackingOff: boolean;
  /** Milliseconds for which the receiver asked to be left alone. */
  readonly retryAfterMs?: number;
}

/**
 * What becomes of a delivery after an attempt that ended at `now`. Everything that is no success is tried
 * again, as Standard Webhooks asks: a receiver that answers 404 may just be starting.
 *
 * @param random from 0 to 1
 */
export function verdictOn(
  end: AttemptEnd,
  delivery: Pick<ClaimedDelivery, 'retries' | 'message'>,
  hook: Pick<Hook, 'success' | 'retryMs'>,
  now: number,
  random: () => number,
): Verdict {
  const isPing = delivery.message.kind === 'ping';
  if ('response' in end && isSuccess(hook.success, end.response.status)) {
    const next = { status: 'succeeded' } as const;
    return { next, outcome: 'succeeded', isBackingOff: false };
  }
  if ('code' in end && (end.code === 'unsendable' || end.code === 'egress.invalid')) {
    return { next: { status: 'failed' }, isBackingOff: false };
  }
  const asked = 'response' in end ? retryAfterMs(end.response.headers, now) : undefined;
  const after = asked === undefined ? undefined : Math.min(asked, RETRY_AFTER_MS_MAX);
  const wait = hook.retryMs[delivery.retries];
  const isLast = isPing || wait === undefined;
  const jittered = isLast ? 0 : Math.round(wait * (1 - JITTER + 2 * JITTER * random()));
  const status = 'response' in end ? end.response.status : undefined;
  const outcome: AttemptOutcome = status === GONE ? 'gone' : 'failed';
  const isBackingOff = status === undefined || status === TOO_MANY || status >= 500;
  return {
    next: isLast
      ? { status: 'failed' }
      : { status: 'pending', dueAt: now + Math.max(jittered, after ?? 0) },
    ...(isPing ? {} : { outcome }),
    isBackingOff,
    ...(after === undefined || !isBackingOff ? {} : { retryAfterMs: after }),
  };
}
