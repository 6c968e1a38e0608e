import type { EventStatus, EventSummary, StoredEvent } from '../../core/event.ts';
import type { Answer, LogLine, RunFailure, RunRecord, RunStatus } from '../../core/run.ts';
import type { Binding, Webhook } from '../../core/webhook.ts';
import type { SecretFacts } from '../../engine/secrets.ts';

/** A webhook as the API tells it. The URL holds the token, which stands nowhere else. */
export interface WebhookJson {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly paused: boolean;
  readonly respond: 'run' | 'ack';
  readonly bindings: readonly Binding[];
  readonly created_at: string;
  readonly updated_at: string;
}

/** Bytes as text where they are UTF-8, as base64 otherwise. */
export interface BodyJson {
  readonly encoding: 'utf-8' | 'base64';
  readonly size: number;
  readonly content: string;
}

export interface RunBriefJson {
  readonly id: string;
  readonly automation: string;
  readonly status: RunStatus;
  /** Status of the answer that the run shaped, or that its failure has; `null` where there is none. */
  readonly answer_status: number | null;
  /** From start to end, waits included; `null` until it has ended. */
  readonly duration_ms: number | null;
}

export interface RunJson extends RunBriefJson {
  readonly revision: string;
  readonly binding: number;
  readonly started_at: string;
  /** `null` until it has ended. */
  readonly ended_at: string | null;
  readonly cpu_ms: number;
  readonly answer: AnswerJson | null;
  readonly failure: RunFailure | null;
  readonly logs: readonly LogLine[];
}

export interface AnswerJson {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodyJson;
}

export interface EventBriefJson {
  readonly id: string;
  /** Empty for an event that an automation emitted. */
  readonly webhook_id: string;
  /** The webhook's name; `null` where it was deleted, or where there was none. */
  readonly webhook: string | null;
  readonly received_at: string;
  readonly status: EventStatus;
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly client_ip: string;
  readonly body_size: number;
  readonly runs: readonly RunBriefJson[];
}

export interface EventJson extends Omit<EventBriefJson, 'runs'> {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodyJson;
  readonly runs: readonly RunJson[];
}

/** A secret as the API tells it: everything but its value. */
export interface SecretJson {
  readonly name: string;
  readonly hosts: readonly string[];
  /** False where it was stored under another key. */
  readonly readable: boolean;
  /** Until when the value before it counts too; `null` where there is none. */
  readonly previous_until: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ServerJson {
  readonly version: string;
  readonly url: string;
  readonly started_at: string;
  readonly uptime_ms: number;
  readonly webhooks: number;
  readonly automations: number;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function webhookJson(webhook: Webhook, baseUrl: string): WebhookJson {
  const { id, name, description, paused, respond, bindings, createdAt, updatedAt } = webhook;
  const url = `${baseUrl}/webhooks/${webhook.token}`;
  const created_at = iso(createdAt);
  const updated_at = iso(updatedAt);
  return { id, name, description, url, paused, respond, bindings, created_at, updated_at };
}

export function secretJson(facts: SecretFacts): SecretJson {
  const { name, hosts, readable, previousUntil, createdAt, updatedAt } = facts;
  const previous_until = previousUntil === undefined ? null : iso(previousUntil);
  const created_at = iso(createdAt);
  return { name, hosts, readable, previous_until, created_at, updated_at: iso(updatedAt) };
}

export function bodyJson(body: string | Uint8Array): BodyJson {
  const bytes = Buffer.from(body as Uint8Array);
  try {
    // The byte order mark stays, so that the text gives the same bytes again.
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { encoding: 'utf-8', size: bytes.length, content };
  } catch {
    return { encoding: 'base64', size: bytes.length, content: bytes.toString('base64') };
  }
}

export function runBriefJson(run: RunRecord): RunBriefJson {
  return {
    id: run.id,
    automation: run.automation,
    status: run.status,
    answer_status: run.answer?.status ?? run.failure?.status ?? null,
    duration_ms: run.endedAt === undefined ? null : run.endedAt - run.startedAt,
  };
}

export function runJson(run: RunRecord): RunJson {
  return {
    ...runBriefJson(run),
    revision: run.revision,
    binding: run.binding,
    started_at: iso(run.startedAt),
    ended_at: run.endedAt === undefined ? null : iso(run.endedAt),
    cpu_ms: microseconds(run.cpuMs),
    answer: run.answer === undefined ? null : answerJson(run.answer),
    failure: run.failure ?? null,
    logs: run.logs,
  };
}

/** Milliseconds without the digits that a floating-point clock makes up. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export function answerJson({ status, headers, body }: Answer): AnswerJson {
  return { status, headers, body: bodyJson(body) };
}

export function eventBriefJson(
  event: EventSummary,
  webhook: string | null,
  runs: readonly RunRecord[],
): EventBriefJson {
  return { ...eventFacts(event, webhook, event.bodySize), runs: runs.map(runBriefJson) };
}

export function eventJson(
  event: StoredEvent,
  webhook: string | null,
  runs: readonly RunRecord[],
): EventJson {
  return {
    ...eventFacts(event, webhook, event.body.length),
    headers: headerPairs(event.headers),
    body: bodyJson(event.body),
    runs: runs.map(runJson),
  };
}

function eventFacts(
  event: Omit<EventSummary, 'bodySize'>,
  webhook: string | null,
  bodySize: number,
): Omit<EventBriefJson, 'runs'> {
  return {
    id: event.id,
    webhook_id: event.webhookId,
    webhook,
    received_at: iso(event.receivedAt),
    status: event.status,
    method: event.method,
    path: event.path,
    query: event.query,
    client_ip: event.clientIp,
    body_size: bodySize,
  };
}

/** `CapturedEvent.headers` as pairs. */
function headerPairs(headers: string): (readonly [name: string, value: string])[] {
  const flat = JSON.parse(headers) as string[];
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    pairs.push([flat[i] as string, flat[i + 1] as string]);
  }
  return pairs;
}
