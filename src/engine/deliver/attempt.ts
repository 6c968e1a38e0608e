import type { Clock } from '../../core/clock.ts';
import {
  ATTEMPT_BODY_BYTES_MAX,
  type Attempt,
  type AttemptRequest,
  type ClaimedDelivery,
} from '../../core/delivery.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { Hook } from '../../core/hook.ts';
import { isOwnTopic } from '../../core/message.ts';
import { type Outbound, OutboundError, type OutboundResponse } from '../../core/outbound.ts';
import type { Profile } from '../../hook/profile.ts';
import { buildRequest, type HookRequest } from '../../hook/request.ts';
import type { AttemptSettlement } from '../ports/hook-store.ts';
import { type AttemptEnd, type Verdict, verdictOn } from './verdict.ts';

export interface AttemptParts {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly profileOf: (hook: Hook) => Profile;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Where this server is, as callers see it. */
  readonly source: () => string;
  readonly version: string;
}

/** An attempt that has ended, to be written down. */
export interface AttemptDone {
  readonly settlement: Omit<AttemptSettlement, 'owner' | 'starts' | 'mails'>;
  readonly verdict: Verdict;
  readonly ms: number;
}

/** Stands in the log for the value of a hook's own header. */
const MASK = '***';

/**
 * Makes one attempt: builds the request, sends it, judges the answer. Redirects are answers like any other.
 *
 * @returns `undefined` where it was stopped, or where the client had no room: nothing is to be written down
 */
export async function attemptDelivery(
  parts: AttemptParts,
  hook: Hook,
  delivery: ClaimedDelivery,
  signal: AbortSignal,
): Promise<AttemptDone | undefined> {
  const startedAt = parts.clock();
  let request: HookRequest | undefined;
  let response: OutboundResponse | undefined;
  let end: AttemptEnd;
  let error: Attempt['error'];
  try {
    request = requestOf(parts, hook, delivery, startedAt);
    response = await parts.outbound.send(
      {
        ...request,
        timeoutMs: hook.timeoutMs,
        responseBytesMax: ATTEMPT_BODY_BYTES_MAX,
        overflow: 'truncate',
        redirectsMax: 0,
      },
      signal,
    );
    end = { response };
  } catch (thrown) {
    if (signal.aborted) return undefined;
    if (thrown instanceof OutboundError) {
      if (thrown.code === 'egress.cancelled' || thrown.code === 'egress.busy') return undefined;
      end = { code: thrown.code };
    } else if (thrown instanceof HookwrightError) end = { code: 'unsendable' };
    else throw thrown;
    error = { code: thrown.code, message: thrown.message };
  }
  const endedAt = parts.clock();
  const verdict = verdictOn(end, delivery, hook, endedAt, parts.random);
  const attempt: Attempt = {
    deliveryId: delivery.id,
    number: delivery.attempts + 1,
    startedAt,
    ms: Math.max(0, endedAt - startedAt),
    request: loggedRequest(hook, delivery, request),
    ...(response === undefined ? {} : { response: loggedResponse(response) }),
    ...(error === undefined ? {} : { error }),
  };
  return { settlement: settlementOf(attempt, delivery, verdict), verdict, ms: attempt.ms };
}

function requestOf(
  { profileOf, source, version }: AttemptParts,
  hook: Hook,
  delivery: ClaimedDelivery,
  now: number,
): HookRequest {
  const facts = { deliveryId: delivery.id, attempt: delivery.attempts + 1, now };
  return buildRequest(hook, profileOf(hook), delivery.message, {
    ...facts,
    source: source(),
    version,
  });
}

function settlementOf(
  attempt: Attempt,
  { message }: ClaimedDelivery,
  { next, outcome }: Verdict,
): AttemptDone['settlement'] {
  // Of its own messages Hookwright tells nothing: two hooks that watch each other would never end.
  const tellFailed = next.status === 'failed' && message.kind !== 'ping' && !isOwnTopic(message.to);
  return { attempt, next, tellFailed, ...(outcome === undefined ? {} : { outcome }) };
}

function loggedRequest(
  hook: Hook,
  { message }: ClaimedDelivery,
  request: HookRequest | undefined,
): AttemptRequest {
  if (request === undefined) return { method: hook.method, url: hook.url, headers: [] };
  const own = new Set(hook.headers.map(([name]) => name.toLowerCase()));
  const { method, url, headers, body } = request;
  const isData = body === undefined || Buffer.compare(body, Buffer.from(message.data)) === 0;
  return {
    method,
    url,
    headers: headers.map(([name, value]) =>
      own.has(name.toLowerCase()) ? [name, MASK] : [name, value],
    ),
    ...(isData ? {} : { body: body.subarray(0, ATTEMPT_BODY_BYTES_MAX) }),
  };
}

function loggedResponse(response: OutboundResponse): NonNullable<Attempt['response']> {
  const { status, headers, body, truncated, address } = response;
  return { status, headers, body, truncated, address };
}
