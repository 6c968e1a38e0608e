import type { Attempt, Delivery, DeliveryStatus } from '../../../core/delivery.ts';
import type { Hook, HookStatus } from '../../../core/hook.ts';
import type { MessageSummary } from '../../../core/message.ts';
import { formatDuration } from '../../../core/quantity.ts';
import { type BodyJson, bodyJson } from './body.ts';
import { iso } from './time.ts';

/** A hook as the API tells it: what is secret of it stays away. */
export interface HookJson {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly status: HookStatus;
  readonly topics: readonly string[];
  readonly url: string;
  readonly method: string;
  /** Names alone; the values may be credentials. */
  readonly headers: readonly string[];
  readonly profile: string;
  readonly format: string;
  readonly success: readonly string[];
  readonly timeout: string;
  readonly retries: readonly string[];
  readonly failures: number;
  readonly failing: string;
  readonly alerts: readonly string[];
  readonly concurrency: number;
  readonly rate: string | null;
  readonly ordered: boolean;
  readonly health: {
    readonly failures: number;
    readonly failing_since: string | null;
    readonly disabled_at: string | null;
    readonly disabled_because: string | null;
  };
  /** Why its deliveries are held whatever its status; `null` where nothing is wrong. */
  readonly held_because: string | null;
  /** What keeps something from working that is set. */
  readonly warnings: readonly string[];
  /** Until when the secret before the last rotation signs as well. */
  readonly previous_until: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The one time that a secret is told: when it was made. */
export interface HookWithSecretJson extends HookJson {
  readonly secret: string;
}

export interface MessageBriefJson {
  readonly id: string;
  readonly kind: 'emit' | 'hook' | 'ping';
  /** Of `hook` and `ping` the hook's name or id. */
  readonly topic: string;
  readonly created_at: string;
  readonly run: string | null;
  readonly size: number;
}

export interface MessageJson extends MessageBriefJson {
  readonly data: unknown;
  readonly deliveries: readonly DeliveryJson[];
}

export interface DeliveryJson {
  readonly id: string;
  readonly message: string;
  readonly hook_id: string;
  /** `null` where it was deleted. */
  readonly hook: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly created_at: string;
  /** While pending. */
  readonly due_at: string | null;
  readonly ended_at: string | null;
}

export interface DeliveryDetailJson extends DeliveryJson {
  readonly log: readonly AttemptJson[];
}

export interface AttemptJson {
  readonly number: number;
  readonly started_at: string;
  readonly ms: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** `null` where it is the message's data, or none. */
    readonly body: BodyJson | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: BodyJson;
    readonly truncated: boolean;
    readonly address: string;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** One attempt, as the live stream tells it. */
export interface AttemptNoticeJson {
  readonly at: string;
  readonly delivery: string;
  readonly message: string;
  readonly topic: string;
  readonly hook: string | null;
  readonly attempt: number;
  readonly ms: number;
  readonly status: number | null;
  readonly error: string | null;
}

/** @param warnings see `HookJson` */
export function hookJson(
  hook: Hook,
  holdReason: string | undefined,
  warnings: readonly string[],
): HookJson {
  const { health, disabled, rate, previous } = hook;
  const { id, number, name, status, topics, url, method, profile, format, success } = hook;
  const { alerts, concurrency, ordered } = hook;
  return {
    id,
    number,
    name,
    status,
    topics,
    url,
    method,
    headers: hook.headers.map(([header]) => header),
    profile,
    format,
    success,
    timeout: formatDuration(hook.timeoutMs),
    retries: hook.retryMs.map(formatDuration),
    failures: hook.failuresMax,
    failing: hook.failingMs === 0 ? '0' : formatDuration(hook.failingMs),
    alerts,
    concurrency,
    rate: rate === undefined ? null : `${rate.count}/${formatDuration(rate.perMs)}`,
    ordered,
    health: {
      failures: health.failures,
      failing_since: isoOr(health.failingSince),
      disabled_at: isoOr(disabled?.at),
      disabled_because: disabled?.why ?? null,
    },
    held_because: holdReason ?? null,
    warnings,
    previous_until: isoOr(previous?.until),
    created_at: iso(hook.createdAt),
    updated_at: iso(hook.updatedAt),
  };
}

export function messageBriefJson(message: MessageSummary): MessageBriefJson {
  const { id, kind, to, createdAt, runId, size } = message;
  return { id, kind, topic: to, created_at: iso(createdAt), run: runId ?? null, size };
}

export function deliveryJson(delivery: Delivery, hook: string | null): DeliveryJson {
  const { id, messageId, hookId, status, attempts, createdAt, dueAt, endedAt } = delivery;
  return {
    id,
    message: messageId,
    hook_id: hookId,
    hook,
    status,
    attempts,
    created_at: iso(createdAt),
    due_at: isoOr(dueAt),
    ended_at: isoOr(endedAt),
  };
}

export function attemptJson(attempt: Attempt): AttemptJson {
  const { number, startedAt, ms, request, response, error } = attempt;
  const { method, url, headers, body } = request;
  return {
    number,
    started_at: iso(startedAt),
    ms,
    request: { method, url, headers, body: body === undefined ? null : bodyJson(body) },
    response: response === undefined ? null : { ...response, body: bodyJson(response.body) },
    error: error ?? null,
  };
}

function isoOr(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}
