import type { Client, Dispatcher } from 'undici';
import { OutboundError } from '../core/outbound.ts';
import { Collector } from './collect.ts';
import type { Deadline } from './deadline.ts';
import { describe, exchangeFailure } from './failure.ts';
import { type Hop, isRedirect } from './redirect.ts';
import type { Header } from './request-headers.ts';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  /** `body` is cut at the limit. */
  readonly cut: boolean;
  /** Whether the connection is gone with it. */
  readonly gone: boolean;
}

/** Statuses of answers that end with their headers, whatever these say (RFC 9112, section 6.3). */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/** How much of a body is read, decided when its headers are there. */
export interface BodyLimit {
  readonly bytesMax: number;
  readonly overflow: 'fail' | 'truncate';
}

/**
 * One request and its answer over one connection.
 *
 * @throws OutboundError; in doubt from the moment the request was handed to the socket
 */
export function exchange(
  client: Client,
  hop: Hop,
  limitOf: (redirect: boolean) => BodyLimit,
  deadline: Deadline,
): Promise<RawAnswer> {
  deadline.doing = 'waiting for the answer';
  return new Promise((resolve, reject) => {
    const handler = new Exchange(hop, limitOf, deadline, resolve, reject);
    const { path } = hop.destination;
    client.dispatch(
      {
        path,
        method: hop.method,
        headers: hop.headers.flat(),
        body: hop.body ?? null,
        idempotent: false, // Never two requests on the wire of one connection.
      },
      handler,
    );
  });
}

/** What undici calls while the request is under way. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #hop: Hop;
  readonly #limitOf: (redirect: boolean) => BodyLimit;
  readonly #deadline: Deadline;
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: OutboundError) => void;
  readonly #release: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #status = 0;
  #headers: readonly Header[] = [];
  #limit: BodyLimit = { bytesMax: 0, overflow: 'fail' };
  #collector = new Collector(0);

  constructor(
    hop: Hop,
    limitOf: (redirect: boolean) => BodyLimit,
    deadline: Deadline,
    resolve: (answer: RawAnswer) => void,
    reject: (error: OutboundError) => void,
  ) {
    this.#hop = hop;
    this.#limitOf = limitOf;
    this.#deadline = deadline;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#release = deadline.whenOver(() => {
      const error = deadline.error(this.#sent);
      reject(error); // Before anything else: undici may not have looked at the request yet.
      this.#controller?.abort(error);
    });
  }

  /** Called right before the first byte is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = !this.#deadline.over;
    // Aborted here, nothing is written.
    if (this.#deadline.over) controller.abort(this.#deadline.error(false));
  }

  /** Called for 1xx too, which say nothing yet. */
  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#deadline.doing = 'reading the answer';
    this.#status = status;
    this.#headers = readHeaders(controller.rawHeaders);
    this.#limit = this.#limitOf(isRedirect(status, this.#headers));
    this.#collector = new Collector(this.#limit.bytesMax);
    const announced = Number(this.#headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    const bodiless = this.#hop.method === 'HEAD' || BODILESS.has(status);
    if (!bodiless && this.#limit.overflow === 'fail' && announced > this.#limit.bytesMax) {
      controller.abort(tooLarge(this.#hop.destination.origin, this.#limit.bytesMax));
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#collector.add(chunk)) return;
    const { overflow, bytesMax } = this.#limit;
    if (overflow === 'truncate') this.#settle({ cut: true, gone: true });
    controller.abort(tooLarge(this.#hop.destination.origin, bytesMax));
  }

  onResponseEnd(): void {
    this.#settle({ cut: false, gone: false });
  }

  onResponseError(_controller: unknown, cause: unknown): void {
    if (isWithoutBody(this.#status, cause)) {
      this.#settle({ cut: false, gone: true });
      return;
    }
    this.#release();
    const { origin } = this.#hop.destination;
    this.#reject(exchangeFailure(cause, origin, this.#sent, this.#status !== 0));
  }

  #settle(end: Pick<RawAnswer, 'cut' | 'gone'>): void {
    this.#release();
    const body = this.#collector.bytes();
    this.#resolve({ status: this.#status, headers: this.#headers, body, ...end });
  }
}

/**
 * Whether undici has only missed a body that the headers announce: a 304 may say how long the 200 would be
 * (RFC 9110, section 8.6), and a 204 must not, but some do.
 */
function isWithoutBody(status: number, cause: unknown): boolean {
  return BODILESS.has(status) && describe(cause).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

export function tooLarge(origin: string, bytesMax: number): OutboundError {
  return new OutboundError(
    'egress.too_large',
    `Expected an answer from ${origin} of at most ${bytesMax} bytes, got a longer one. Ask for less, or allow more.`,
    { inDoubt: true },
  );
}

/** undici gives names and values in turn, as bytes; what is repeated stays repeated. */
function readHeaders(raw: Dispatcher.DispatchController['rawHeaders']): readonly Header[] {
  if (!Array.isArray(raw)) return [];
  const headers: Header[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([text(raw[index]).toLowerCase(), text(raw[index + 1])]);
  }
  return headers;
}

function text(bytes: Buffer | string | undefined): string {
  return typeof bytes === 'string' ? bytes : (bytes?.toString('latin1') ?? '');
}
