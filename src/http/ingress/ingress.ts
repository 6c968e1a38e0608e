import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { CapturedEvent } from '../../core/event.ts';
import type { IdPrefix } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Answer } from '../../core/run.ts';
import type { Callers, Judgement } from '../../engine/callers/callers.ts';
import { mappedData } from '../../engine/payload.ts';
import type { Receiver } from '../../engine/receive.ts';
import type { Route } from '../../engine/route.ts';
import type { SourceRequest } from '../../source/request.ts';
import { checkAccepted, takesPath } from './accept.ts';
import { queueFull, RequestAborted, readBody } from './body.ts';
import { type Client, clientOf, type TrustedProxies } from './client.ts';
import type { Limiter } from './limiter.ts';
import { type WebhookTarget, webhookTarget } from './target.ts';
import { writeAnswer, writeError, writeErrorEarly } from './write.ts';

/**
 * Bytes of bodies that arrive or are under way, and of answers that are not read yet, at which requests are refused:
 * 1,000 requests (the default limit) of the usual 25 kB are 25 MB; a hundred of the largest are what memory bears
 * beside the sandboxes.
 */
export const BYTES_UNDER_WAY_MAX: number = 512 * 1024 * 1024;
/** Who has not read its answer by then is cut off: the largest, 16 MB, at 56 kB/s. */
const ANSWER_MS_MAX = 300_000;

/** Without a body: Xero tries a webhook with a wrong signature, and takes no other answer. */
const UNPROVEN: Answer = { status: 401, headers: [], body: '' };

export interface IngressParts {
  readonly routeOfToken: (token: string) => Route | undefined;
  readonly receiver: Pick<Receiver, 'receive' | 'eventsUnderWay' | 'bytesUnderWay'>;
  readonly limiter: Pick<Limiter, 'enter'>;
  readonly callers: Pick<Callers, 'judge'>;
  readonly log: Log;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly trusted: TrustedProxies;
  readonly publicUrl: string | undefined;
  readonly bodyBytesMax: number;
  readonly bytesUnderWayMax: number;
  readonly requestsMax: number;
}

/** Takes in one request for a webhook, from the raw message to the written answer. */
export class Ingress {
  readonly #parts: IngressParts;
  #closing = false;
  /** Requests whose answer is not yet written, and what waits for there to be none. */
  #open = 0;
  /** Bytes of bodies that are read, or whose sender is being proven: after that the receiver counts them. */
  #bytesArriving = 0;
  /** Bytes of answers that their callers have not read yet. */
  #bytesUnread = 0;
  #idle: (() => void) | undefined;

  constructor(parts: IngressParts) {
    this.#parts = parts;
  }

  /** From now on every request is refused; resolves when those under way are answered. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Never rejects. */
  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const began = performance.now();
    const fields: RequestFields = { method: incoming.method };
    this.#open++;
    try {
      const admitted = this.#admit(incoming, fields);
      const leave = this.#parts.limiter.enter(admitted.route.webhook, admitted.client.ip);
      try {
        checkAccepted(admitted.route.webhook.settings, incoming);
        await this.#take(incoming, outgoing, admitted, fields);
      } finally {
        leave();
      }
    } catch (error) {
      if (error instanceof RequestAborted) fields.aborted = true;
      else this.#refuse(incoming, outgoing, error, fields);
    } finally {
      fields.status = outgoing.headersSent ? outgoing.statusCode : undefined;
      fields.ms = Math.round((performance.now() - began) * 100) / 100;
      // What is over a limit is counted by the limiter: a line for each would let an attack fill the disk.
      if (fields.code !== 'request.rate_limited') this.#parts.log.write('info', 'request', fields);
      this.#leaveWhenWritten(outgoing);
    }
  }

  /** Until its answer is with the system, a request is under way: a slow reader's answer is held in memory. */
  #leaveWhenWritten(outgoing: ServerResponse): void {
    let unread = 0;
    const leave = (): void => {
      this.#bytesUnread -= unread;
      this.#open--;
      if (this.#open === 0) this.#idle?.();
    };
    const isWriting = outgoing.writableEnded && !outgoing.writableFinished && !outgoing.destroyed;
    // One without a socket stands behind another's on its connection.
    if (!isWriting || outgoing.socket === null) {
      leave();
      return;
    }
    unread = outgoing.writableLength;
    this.#bytesUnread += unread;
    const timer = setTimeout(() => outgoing.destroy(), ANSWER_MS_MAX);
    timer.unref();
    outgoing.once('close', () => {
      clearTimeout(timer);
      leave();
    });
  }

  /** Throws where there is no such webhook, or no room for another request. */
  #admit(incoming: IncomingMessage, fields: RequestFields): Admitted {
    const target = webhookTarget(incoming.url ?? '');
    const route = target && this.#parts.routeOfToken(target.token);
    if (
      target === undefined ||
      route === undefined ||
      !takesPath(route.webhook.settings, target.path)
    ) {
      throw new HookwrightError('request.not_found', 'Expected the URL of a webhook, got another.');
    }
    fields.webhook = route.webhook.id;
    fields.path = target.path;
    this.#checkRoom();
    const client = clientOf(incoming, this.#parts.trusted);
    fields.ip = client.ip;
    return { target, route, client };
  }

  async #take(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { target, route, client }: Admitted,
    fields: RequestFields,
  ): Promise<void> {
    const { captured, judgement } = await this.#arrive(incoming, { target, route, client }, fields);
    if (judgement.is === 'refused') {
      fields.refusal = judgement.code;
      fields.code = 'request.unauthorized';
      return writeAnswer(outgoing, UNPROVEN);
    }
    if (judgement.is === 'handshake') {
      fields.handshake = judgement.name;
      writeAnswer(outgoing, judgement.answer);
      return judgement.complete();
    }
    const event =
      route.map === undefined ? captured : { ...captured, data: mappedData(route, captured) };
    const { receiver } = this.#parts;
    const { answer, eventId } = await receiver.receive(route, event, judgement.reception);
    fields.event = eventId;
    // A proxy must not send its next request on a connection that is about to be closed.
    if (this.#closing) outgoing.shouldKeepAlive = false;
    writeAnswer(outgoing, answer, eventId);
  }

  /** Reads the request and proves who sends it. */
  async #arrive(
    incoming: IncomingMessage,
    { target, route, client }: Admitted,
    fields: RequestFields,
  ): Promise<{ readonly captured: CapturedEvent; readonly judgement: Judgement }> {
    const { clock, makeId, bodyBytesMax, callers } = this.#parts;
    const receivedAt = clock();
    let arrived = 0;
    try {
      const body = await readBody(incoming, bodyBytesMax, (bytes) => {
        arrived += bytes;
        this.#bytesArriving += bytes;
        return this.#bytesUnderWay <= this.#parts.bytesUnderWayMax;
      });
      fields.bytes = body.length;
      const { webhook } = route;
      const captured: CapturedEvent = {
        id: makeId('evt', receivedAt),
        webhookId: webhook.id,
        receivedAt,
        method: incoming.method ?? '',
        path: target.path,
        query: target.query,
        headers: JSON.stringify(incoming.rawHeaders),
        clientIp: client.ip,
        body,
        webhookName: webhook.name,
        webhookUrl: this.#webhookUrl(incoming, client, target),
        webhookAccount: webhook.settings.account ?? null,
        data: null,
      };
      const request = sourceRequest(captured, incoming, client);
      const judgement = await callers.judge(webhook, target.path, request, receivedAt);
      return { captured, judgement };
    } finally {
      this.#bytesArriving -= arrived;
    }
  }

  get #bytesUnderWay(): number {
    return this.#bytesArriving + this.#parts.receiver.bytesUnderWay + this.#bytesUnread;
  }

  #checkRoom(): void {
    const { receiver, requestsMax, bytesUnderWayMax } = this.#parts;
    if (this.#closing) {
      throw new HookwrightError('request.shutting_down', 'The server is stopping. Try again soon.');
    }
    if (
      Math.max(receiver.eventsUnderWay, this.#open - 1) >= requestsMax ||
      this.#bytesUnderWay >= bytesUnderWayMax
    ) {
      throw queueFull();
    }
  }

  #refuse(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    error: unknown,
    fields: RequestFields,
  ): void {
    const known = error instanceof HookwrightError;
    fields.code = known ? error.code : 'internal';
    if (!known || error.status >= 500) fields.error = error;
    // Node reads an unread body to its end, so that the connection can serve the next request; one
    // that is too large is not worth that.
    if (known && error.code === 'request.body_too_large') {
      writeErrorEarly(incoming, outgoing, error);
    } else {
      writeError(outgoing, error, this.#closing);
    }
  }

  /** As the sender sees it, without what follows the token. */
  #webhookUrl(incoming: IncomingMessage, client: Client, { token }: WebhookTarget): string {
    const base =
      this.#parts.publicUrl ?? `${client.scheme}://${incoming.headers.host ?? 'localhost'}`;
    return `${base}/webhooks/${token}`;
  }
}

/** The request as its source looks at it. */
function sourceRequest(
  event: CapturedEvent,
  incoming: IncomingMessage,
  client: Client,
): SourceRequest {
  const { method, path, query, body, webhookUrl } = event;
  const tail = query === null ? '' : `?${query}`;
  return {
    method,
    query,
    headers: incoming.rawHeaders,
    body,
    url: `${webhookUrl ?? ''}${path}${tail}`,
    clientIp: client.ip,
    isProxied: client.isProxied,
  };
}

/** A request that is let in: what is known of it before its body is read. */
interface Admitted {
  readonly target: WebhookTarget;
  readonly route: Route;
  readonly client: Client;
}

/** One log line for each request. The token is a secret and stays out. */
interface RequestFields extends Record<string, unknown> {
  method: string | undefined;
}
