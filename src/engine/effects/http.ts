import type { Clock } from '../../core/clock.ts';
import type { EffectResult, HttpArgs } from '../../core/effect.ts';
import {
  type Outbound,
  OutboundError,
  type OutboundErrorCode,
  type OutboundRequest,
  type OutboundResponse,
} from '../../core/outbound.ts';
import { policyRefusal } from '../../core/policy.ts';
import type { Timer } from '../../core/timer.ts';
import {
  backoffMs,
  HTTP_BACKOFF,
  pause,
  REDIRECTS_MAX,
  REPLY_BYTES_MAX,
  RETRY_AFTER_MS_MAX,
} from '../limits.ts';
import type { SecretSource } from '../secret-source.ts';
import { expectedText, isExpected, replyOf, retryAfterMs } from './http-reply.ts';
import type { EffectContext, Perform } from './performer.ts';
import { type Revealed, reveal } from './secret-egress.ts';
import type { SecretMask } from './secret-mask.ts';

export interface HttpParts {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly timer: Timer;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Answers that another try may change (RFC 9110; 425 is RFC 8470, 429 is RFC 6585). */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Errors that another try may change. */
const PASSING_ERRORS: ReadonlySet<OutboundErrorCode> = new Set<OutboundErrorCode>([
  'egress.name',
  'egress.connect',
  'egress.tls',
  'egress.timeout',
  'egress.protocol',
  'egress.busy',
]);

/** How one try ended. */
interface Try {
  readonly result: EffectResult;
  /** Milliseconds to wait at least before another one; absent where another one would not help. */
  readonly againMs?: number;
}

/**
 * `http`: sends the request, up to `attempts` times where that may help. Every try of one effect has the
 * same `Idempotency-Key`, also after a crash.
 */
export function httpPerformer(parts: HttpParts): Perform {
  return async (context) => {
    const args = JSON.parse(context.entry.args) as HttpArgs;
    const revealed = reveal(args, context, parts.secrets);
    if ('ok' in revealed) return { how: 'result', result: revealed };
    const request = requestOf(context, args, revealed);
    for (let attempt = 1; ; attempt++) {
      const tried = await tryOnce(parts, request, { args, mask: revealed.mask }, context.signal);
      if (tried === undefined) return { how: 'stopped' };
      const { result, againMs } = tried;
      if (againMs === undefined || attempt >= args.attempts) return { how: 'result', result };
      const ms = Math.max(againMs, backoffMs(HTTP_BACKOFF, attempt, parts.random));
      await pause(parts.timer, ms, context.signal);
      if (context.signal.aborted) return { how: 'stopped' };
    }
  };
}

/** Names one effect of one attempt of a run to whoever receives it: the same after every crash. */
function idempotencyKey({ run, entry }: Pick<EffectContext, 'run' | 'entry'>): string {
  return `${run.id}-${run.attempt}-${entry.number}`;
}

function requestOf(context: EffectContext, args: HttpArgs, revealed: Revealed): OutboundRequest {
  const { method, expect, timeoutMs } = args;
  const { url, headers, body, secretHeaders } = revealed;
  const own = headers.some(([name]) => name === 'idempotency-key');
  // Who expects a redirect's status wants to see it.
  const follow =
    typeof expect === 'string' || !expect.some((status) => status >= 300 && status < 400);
  const first = new URL(url).href;
  return {
    method,
    url,
    headers: own ? headers : [...headers, ['idempotency-key', idempotencyKey(context)]],
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    responseBytesMax: REPLY_BYTES_MAX,
    redirectsMax: follow ? REDIRECTS_MAX : 0,
    secretHeaders,
    allowed: (hopMethod, hopUrl) => {
      // The policy sees the URL as the author wrote it, with handles: a value is no part of its patterns.
      const isFirst = hopUrl.href === first;
      const hop = { ...args, method: hopMethod, url: isFirst ? args.url : hopUrl.href };
      const refusal = policyRefusal(context.subject.policy, 'http', hop);
      return refusal ?? (isFirst ? undefined : revealed.hopRefusal(hopMethod, hopUrl));
    },
  };
}

/** What a reply is judged by. */
interface Expected {
  readonly args: HttpArgs;
  readonly mask: SecretMask | undefined;
}

/** `undefined`: it was stopped. */
async function tryOnce(
  parts: HttpParts,
  request: OutboundRequest,
  expected: Expected,
  signal: AbortSignal,
): Promise<Try | undefined> {
  try {
    const response = await parts.outbound.send(request, signal);
    if (signal.aborted) return undefined;
    return answered(response, expected, parts.clock());
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof OutboundError)) throw error;
    if (error.code === 'egress.cancelled') return undefined;
    return failed(error, expected.mask);
  }
}

function answered(response: OutboundResponse, { args, mask }: Expected, now: number): Try {
  const { status, url } = response;
  if (isExpected(status, args.expect)) {
    return { result: { ok: true, value: JSON.stringify(replyOf(masked(response, mask))) } };
  }
  const message = `Expected a status of ${expectedText(args.expect)} from ${new URL(url).host}, got ${status}.`;
  const result: EffectResult = { ok: false, code: 'effect.failed', message, status };
  const againMs = retryAfterMs(response.headers, now) ?? 0;
  return PASSING_STATUSES.has(status) && againMs <= RETRY_AFTER_MS_MAX
    ? { result, againMs }
    : { result };
}

/** The reply as it goes into the journal. */
function masked(response: OutboundResponse, mask: SecretMask | undefined): OutboundResponse {
  if (mask === undefined) return response;
  const headers = response.headers.map(([name, value]) => {
    const bytes = mask.bytes(Buffer.from(value, 'latin1'));
    return [mask.text(name), Buffer.from(bytes).toString('latin1')] as const;
  });
  return { ...response, headers, body: mask.bytes(response.body) };
}

const CODES: Partial<Record<OutboundErrorCode, (EffectResult & { ok: false })['code']>> = {
  'egress.refused': 'effect.refused',
  'egress.timeout': 'effect.timeout',
  'egress.invalid': 'effect.invalid',
};

function failed({ code, message }: OutboundError, mask: SecretMask | undefined): Try {
  // The policy's refusal of a redirect shows where it leads.
  const shown = mask?.text(message) ?? message;
  const result: EffectResult = { ok: false, code: CODES[code] ?? 'effect.failed', message: shown };
  return PASSING_ERRORS.has(code) ? { result, againMs: 0 } : { result };
}
