import { type CapturedEvent, isRequest, type ReceivedEvent } from '../core/event.ts';
import { mayRead, type Program } from '../core/program.ts';
import type { Execution, RequestParts } from '../core/run.ts';
import { isScheduleEvent } from '../core/schedule-event.ts';
import type { Webhook } from '../core/webhook.ts';

/** What the guest sees as `webhook`. */
export interface WebhookFacts {
  readonly id: string;
  readonly name: string;
  readonly account: string | null;
}

/** What a run can read of its event: nothing in it depends on the day on which the run is executed. */
export interface SeenEvent {
  readonly request: RequestParts;
  /** As JSON, what the guest sees as `webhook` and as `event`. */
  readonly webhookJson: string;
  readonly eventJson: string;
}

/** For an event of which all is kept that a run can see; others are for `asSeen` first. */
export function seenOf(event: CapturedEvent): SeenEvent {
  return new Seen(event);
}

/** The part of an event that a program can read, for one of its executions. */
export function shownTo(
  program: Program,
  seen: SeenEvent,
): Pick<Execution, 'request' | 'webhook' | 'event'> {
  return {
    request: seen.request,
    webhook: mayRead(program, 'webhook') ? seen.webhookJson : '',
    event: mayRead(program, 'event') ? seen.eventJson : '',
  };
}

/** Texts are made when they are asked for, and once: few programs read them, and those with effects often. */
class Seen implements SeenEvent {
  readonly request: RequestParts;
  readonly #event: CapturedEvent;
  #webhookJson: string | undefined;
  #eventJson: string | undefined;

  constructor(event: CapturedEvent) {
    this.request = requestOf(event, urlOf(event));
    this.#event = event;
  }

  get webhookJson(): string {
    this.#webhookJson ??= webhookJsonOf(webhookFactsOf(this.#event));
    return this.#webhookJson;
  }

  get eventJson(): string {
    this.#eventJson ??= eventJsonOf(this.#event);
    return this.#eventJson;
  }
}

export function requestOf(event: ReceivedEvent, url: string): RequestParts {
  const { method, path, query, headers, clientIp, body } = event;
  return { method, path, query, headers, url, clientIp, body };
}

export function webhookFactsOf({
  webhookId,
  webhookName,
  webhookAccount,
}: Pick<CapturedEvent, 'webhookId' | 'webhookName' | 'webhookAccount'>): WebhookFacts {
  return { id: webhookId, name: webhookName ?? '', account: webhookAccount };
}

export function webhookJsonOf({ id, name, account }: WebhookFacts): string {
  return JSON.stringify({ id, name, account });
}

/** What the guest sees as `event`, as JSON. */
export function eventJsonOf(event: ReceivedEvent): string {
  const receivedAt = new Date(event.receivedAt).toISOString();
  const facts = `"id":${JSON.stringify(event.id)},"received_at":"${receivedAt}"`;
  if (isRequest(event)) return `{${facts},"data":${event.data ?? 'null'}}`;
  const body = new TextDecoder().decode(event.body);
  if (isScheduleEvent(event)) return `{${facts},"data":null,${body.slice(1)}`;
  return `{${facts},"topic":${JSON.stringify(event.path)},"data":${body}}`;
}

/** The whole URL as the sender saw it; empty for an event that no sender made. */
export function urlOf(event: CapturedEvent): string {
  if (!isRequest(event)) return '';
  const { webhookUrl, path, query } = event;
  return `${webhookUrl ?? ''}${path}${query === null ? '' : `?${query}`}`;
}

/**
 * The event with what is kept of its webhook. Version 0.1 and older kept nothing: for their events it is
 * what is known today.
 *
 * @param webhook `undefined` where it was deleted
 * @param publicUrl what stands before `/webhooks/…`, where the operator has set it
 */
export function asSeen(
  event: CapturedEvent,
  webhook: Pick<Webhook, 'name' | 'token'> | undefined,
  publicUrl: string | undefined,
): CapturedEvent {
  if (event.webhookUrl !== null && event.webhookName !== null) return event;
  const base = publicUrl ?? `http://${hostOf(event) ?? 'localhost'}`;
  return {
    ...event,
    webhookUrl: event.webhookUrl ?? `${base}/webhooks/${webhook?.token ?? ''}`,
    webhookName: event.webhookName ?? webhook?.name ?? '',
  };
}

function hostOf({ headers }: CapturedEvent): string | undefined {
  const flat = JSON.parse(headers) as string[];
  const at = flat.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  return at === -1 ? undefined : flat[at + 1];
}
