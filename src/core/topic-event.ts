import type { CapturedEvent } from './event.ts';

/** The method of events that messages make. No sender can forge one: they belong to no webhook. */
const METHOD = 'TOPIC';

/** Says how many messages in a row have started each other, up to this one. */
const DEPTH_HEADER = 'hookwright-depth';

/** What the message that makes an event knows. */
export interface EmittedMessage {
  /** `msg_` and 26 characters. */
  readonly id: string;
  readonly to: string;
  /** JSON. */
  readonly data: string;
  readonly createdAt: number;
  /** From 1: messages in a row that have started each other's runs, this one included. */
  readonly depth: number;
}

/**
 * The event that automations with `trigger: topic` run for. The same message makes the same event, with the
 * 26 characters of its id, so that what a crash has repeated is recognised.
 */
export function topicEvent({ id, to, data, createdAt, depth }: EmittedMessage): CapturedEvent {
  return {
    id: `evt_${id.slice(id.indexOf('_') + 1)}`,
    webhookId: '',
    receivedAt: createdAt,
    method: METHOD,
    path: to,
    query: null,
    headers: JSON.stringify(['content-type', 'application/json', DEPTH_HEADER, String(depth)]),
    clientIp: '',
    body: new TextEncoder().encode(data),
    webhookName: '',
    webhookUrl: '',
  };
}

/** Whether an event was made by a message, and not by a request. */
export function isTopicEvent({
  webhookId,
  method,
}: Pick<CapturedEvent, 'webhookId' | 'method'>): boolean {
  return webhookId === '' && method === METHOD;
}

/** The depth of the message that made an event; 0 for events of webhooks, whatever their headers say. */
export function depthOf(event: Pick<CapturedEvent, 'webhookId' | 'method' | 'headers'>): number {
  if (!isTopicEvent(event)) return 0;
  const headers = JSON.parse(event.headers) as string[];
  return Number(headers[headers.indexOf(DEPTH_HEADER) + 1]);
}
