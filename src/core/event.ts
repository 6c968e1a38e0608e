/**
 * One captured request, immutable. Everything a sender put on the wire that a signature, a replay or
 * a debugging person may need, kept as it was received.
 */
export interface CapturedEvent {
  /** `evt_` and 26 characters that sort by time; see `ids.ts`. */
  readonly id: string;
  /** Empty for an event that a message or a schedule made; see `topic-event.ts`, `schedule-event.ts`. */
  readonly webhookId: string;
  /** Milliseconds since the epoch, read when the headers had arrived. */
  readonly receivedAt: number;
  /** As sent; methods are case-sensitive (RFC 9110, section 9.1). */
  readonly method: string;
  /** What follows the token, undecoded and with its dot segments: `''` or a text that begins with `/`. */
  readonly path: string;
  /** The raw query without its `?`; `null` when the target has none. */
  readonly query: string | null;
  /** JSON of an array `[name, value, name, value, …]`, in order, names as sent, repeats kept. */
  readonly headers: string;
  readonly clientIp: string;
  readonly body: Uint8Array;
  /**
   * What a run sees of the webhook and can change later, as it was at the time: its name, and its URL as the
   * sender saw it (scheme, host, `/webhooks/` and token; `path` follows). Both are empty for an event that a
   * message made, and `null` for one that a version stored which did not keep them.
   */
  readonly webhookName: string | null;
  readonly webhookUrl: string | null;
}

/** Whether an event is a request that a webhook received, and not of this server's own making. */
export function isRequest({ webhookId }: Pick<CapturedEvent, 'webhookId'>): boolean {
  return webhookId !== '';
}

/**
 * Where an event stands.
 * - `pending`: stored, its runs not yet all recorded; taken up again after a crash.
 * - `done`: every run it was due has ended and is recorded.
 * - `filtered`: the webhook has bindings and none of them matched.
 * - `captured`: the webhook has no bindings, so there was nothing to do.
 */
export type EventStatus = 'pending' | 'done' | 'filtered' | 'captured';

/** An event as a list shows it: without the body and what only runs need. */
export interface EventSummary extends Omit<CapturedEvent, 'body' | 'webhookName' | 'webhookUrl'> {
  readonly status: EventStatus;
  readonly bodySize: number;
}

export interface StoredEvent extends CapturedEvent {
  readonly status: EventStatus;
}
