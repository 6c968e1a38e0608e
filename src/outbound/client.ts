import {
  type Outbound,
  OutboundError,
  type OutboundRequest,
  type OutboundResponse,
} from '../core/outbound.ts';
import type { Connection, Connections } from './connections.ts';
import { Deadline } from './deadline.ts';
import { decode, isDecodable } from './decode.ts';
import { type DialParts, dial } from './dial.ts';
import { type BodyLimit, exchange, type RawAnswer, tooLarge } from './exchange.ts';
import { describe } from './failure.ts';
import { firstHop } from './first-hop.ts';
import { type OutboundLimits, REDIRECT_BODY_BYTES_MAX } from './limits.ts';
import { type Hop, isRedirect, nextHop } from './redirect.ts';
import { allowedAddresses, type Resolve } from './resolve.ts';

export interface OutboundParts extends DialParts {
  readonly resolve: Resolve;
  readonly stopwatch: () => number;
  readonly userAgent: string;
  readonly connections: Connections;
  readonly limits: OutboundLimits;
}

/** An answer, and which address gave it. */
interface Reached {
  readonly answer: RawAnswer;
  readonly address: string;
}

export class OutboundClient implements Outbound {
  readonly #parts: OutboundParts;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(parts: OutboundParts) {
    this.#parts = parts;
  }

  async send(request: OutboundRequest, signal?: AbortSignal): Promise<OutboundResponse> {
    if (this.#closed) {
      const message = 'Expected the outbound client to be open, got a request after its close.';
      throw new OutboundError('egress.cancelled', message);
    }
    const sending = this.#follow(request, signal);
    this.#underWay.add(sending);
    try {
      return await sending;
    } finally {
      this.#underWay.delete(sending);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    this.#parts.connections.closeIdle();
  }

  /** The request, then each redirect that it may follow. */
  async #follow(request: OutboundRequest, signal?: AbortSignal): Promise<OutboundResponse> {
    const began = this.#parts.stopwatch();
    let hop = firstHop(request, this.#parts.userAgent);
    let sent = false;
    using deadline = new Deadline(request.timeoutMs, signal);
    for (let redirects = 0; ; redirects += 1) {
      try {
        deadline.origin = hop.destination.origin;
        if (deadline.over) throw deadline.error(false);
        const { answer, address } = await this.#reach(hop, request, deadline);
        sent = true;
        const { status, headers } = answer;
        if (request.redirectsMax === 0 || !isRedirect(status, headers)) {
          const body = await readBody(answer, request, deadline);
          const ms = this.#parts.stopwatch() - began;
          return { status, ...body, url: hop.destination.url.href, ms, address };
        }
        if (redirects >= request.redirectsMax) {
          const message = `Expected at most ${request.redirectsMax} redirects, got one more from ${hop.destination.origin}. Send the request to where they lead.`;
          throw new OutboundError('egress.redirects', message);
        }
        hop = nextHop(hop, status, headers, request.secretHeaders ?? []);
      } catch (error) {
        throw finalError(error, sent);
      }
    }
  }

  /** One hop: checked, then sent to the first of its addresses that accepts a connection. */
  async #reach(hop: Hop, request: OutboundRequest, deadline: Deadline): Promise<Reached> {
    const { rules, resolve, limits } = this.#parts;
    const { destination, method } = hop;
    askPolicy(request, method, destination.url);
    const addresses = await allowedAddresses(
      destination,
      rules,
      resolve,
      limits.addresses,
      deadline,
    );
    const limitOf = (redirect: boolean): BodyLimit =>
      redirect && request.redirectsMax > 0
        ? { bytesMax: REDIRECT_BODY_BYTES_MAX, overflow: 'truncate' }
        : { bytesMax: request.responseBytesMax, overflow: request.overflow ?? 'fail' };
    let failure: unknown;
    for (const [index, address] of addresses.entries()) {
      const last = index === addresses.length - 1;
      try {
        return { answer: await this.#exchange(hop, address, last, limitOf, deadline), address };
      } catch (error) {
        failure = error;
        if (!isUnreachable(error)) break;
      }
    }
    throw failure;
  }

  /**
   * Over an idle connection, or a new one. An idle one may turn out to be closed: then the next is taken,
   * and in the end a new one, where nothing was written or where the request may safely arrive twice.
   */
  async #exchange(
    hop: Hop,
    address: string,
    last: boolean,
    limitOf: (redirect: boolean) => BodyLimit,
    deadline: Deadline,
  ): Promise<RawAnswer> {
    const { connections, limits } = this.#parts;
    let sent = false;
    for (let stale = 0; ; stale += 1) {
      let connection: Connection | undefined;
      let whole = false;
      try {
        connection = await this.#connection(hop, address, last, deadline);
        connection.requests += 1;
        connection.begin();
        const answer = await exchange(connection.client, hop, limitOf, deadline);
        whole = !answer.gone;
        return answer;
      } catch (error) {
        const reused = connection !== undefined && connection.requests > 1;
        const again = reused && stale < limits.connectionsPerAddress && isRepeatable(error, hop);
        sent ||= error instanceof OutboundError && error.inDoubt;
        if (!again) throw finalError(error, sent);
      } finally {
        if (connection !== undefined) connections.release(connection, whole);
      }
    }
  }

  async #connection(
    hop: Hop,
    address: string,
    last: boolean,
    deadline: Deadline,
  ): Promise<Connection> {
    const { connections, limits } = this.#parts;
    const { destination } = hop;
    const key = `${destination.origin} ${address}`;
    const idle = await connections.take(key, destination.origin, deadline);
    if (idle !== undefined) return idle;
    try {
      const attemptMs = last ? undefined : limits.nextAddressMs;
      const socket = await dial(destination, address, this.#parts, deadline, attemptMs);
      return await connections.open(key, destination, socket);
    } catch (error) {
      connections.abandon(key);
      throw error;
    }
  }
}

/** A policy that throws refuses. The caller's copy of the URL is its own to change. */
function askPolicy({ allowed }: OutboundRequest, method: string, url: URL): void {
  let reason: string | undefined;
  try {
    reason = allowed?.(method, new URL(url));
  } catch (cause) {
    const message = `Expected the policy to decide on ${url.origin}, got an error from it.`;
    throw new OutboundError('egress.refused', message, { cause });
  }
  if (reason !== undefined) throw new OutboundError('egress.refused', reason);
}

/** Nothing was sent, and another connection or address may do better. */
function isUnreachable(error: unknown): boolean {
  return error instanceof OutboundError && error.code === 'egress.connect' && !error.inDoubt;
}

/** Methods that change nothing, and headers that let the receiver know a repeat: RFC 9110, section 9.2.2. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const REPEAT_KEYS: ReadonlySet<string> = new Set(['idempotency-key', 'webhook-id']);

/**
 * Whether a request may be sent again after its kept connection turned out to be closed before a byte
 * of the answer: a receiver may close it at any time, also while the request is on its way.
 */
function isRepeatable(error: unknown, { method, headers }: Hop): boolean {
  if (isUnreachable(error)) return true;
  if (!(error instanceof OutboundError) || error.code !== 'egress.connect') return false;
  return SAFE.has(method) || headers.some(([name]) => REPEAT_KEYS.has(name.toLowerCase()));
}

/** What a caller gets: an `OutboundError`, in doubt where an earlier hop was sent already. */
function finalError(error: unknown, sentBefore: boolean): OutboundError {
  if (!(error instanceof OutboundError)) {
    // A mistake of ours; whether anything was sent is not known.
    const message = `Expected the request to end in an answer or a known error, got ${describe(error).message}.`;
    return new OutboundError('egress.invalid', message, { inDoubt: true, cause: error });
  }
  if (!sentBefore || error.inDoubt) return error;
  return new OutboundError(error.code, error.message, { inDoubt: true, cause: error.cause });
}

type Body = Pick<OutboundResponse, 'headers' | 'body' | 'truncated'>;

/** The body without its `content-encoding`, and the headers that still hold. */
async function readBody(
  { headers, body, cut }: RawAnswer,
  { responseBytesMax, overflow }: OutboundRequest,
  deadline: Deadline,
): Promise<Body> {
  const encodings = headers.filter(([name]) => name === 'content-encoding');
  const encoding = encodings.length === 1 ? encodings[0]?.[1] : undefined;
  if (body.length === 0 || !isDecodable(encoding)) return { headers, body, truncated: cut };
  const plain = headers.filter(
    ([name]) => name !== 'content-encoding' && name !== 'content-length',
  );
  try {
    const decoded = await deadline.race(decode(body, encoding, responseBytesMax, cut), true);
    const truncated = cut || decoded.overflowed;
    if (truncated && overflow !== 'truncate') throw tooLarge(deadline.origin, responseBytesMax);
    return { headers: plain, body: decoded.body, truncated };
  } catch (cause) {
    if (cause instanceof OutboundError) throw cause;
    if (overflow === 'truncate') return { headers, body, truncated: cut };
    const message = `Expected the body from ${deadline.origin} in its content-encoding ${encoding}, got ${describe(cause).message}.`;
    throw new OutboundError('egress.protocol', message, { inDoubt: true, cause });
  }
}
