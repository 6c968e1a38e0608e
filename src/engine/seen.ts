import { type CapturedEvent, isRequest } from '../core/event.ts';
import type { RequestParts } from '../core/run.ts';
import { isScheduleEvent } from '../core/schedule-event.ts';
import type { Webhook } from '../core/webhook.ts';

/** An event without what is kept of its webhook. */
type Received = Omit<CapturedEvent, 'webhookName' | 'webhookUrl'>;

/** What a run can read of its event: nothing in it depends on the day on which the run is executed. */
export interface SeenEvent {
  readonly request: RequestParts;
  /** As JSON, what the guest sees as `webhook` and as `event`. */
  readonly webhookJson: string;
  readonly eventJson: string;
}

/** For an event of which all is kept that a run can see; others are for `asSeen` first. */
export function seenOf(event: CapturedEvent): SeenEvent {
  return {
    request: requestOf(event, urlOf(event)),
    webhookJson: webhookJsonOf({ id: event.webhookId, name: event.webhookName ?? '' }),
    eventJson: eventJsonOf(event),
  };
}

export function requestOf(event: Received, url: string): RequestParts {
  const { method, path, query, headers, clientIp, body } = event;
  return { method, path, query, headers, url, clientIp, body };
}

export function webhookJsonOf({ id, name }: Pick<Webhook, 'id' | 'name'>): string {
  return JSON.stringify({ id, name });
}

/** What the guest sees as `event`, as JSON. */
export function eventJsonOf(event: Received): string {
  const receivedAt = new Date(event.receivedAt).toISOString();
  const facts = `"id":${JSON.stringify(event.id)},"received_at":"${receivedAt}"`;
  if (isRequest(event)) return `{${facts}}`;
  const body = new TextDecoder().decode(event.body);
  if (isScheduleEvent(event)) return `{${facts},${body.slice(1)}`;
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
