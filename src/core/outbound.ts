/**
 * Headers that no caller may set: those for one connection only (RFC 9110, section 7.6.1), which smuggle or stall
 * in a request, and those that the client writes itself: another `host` would reach a site that no rule has looked at.
 */
export const CLIENT_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Requests that leave the process: `http` effects, hook deliveries, handshakes with senders. There is
 * one client for all of them, `src/outbound/`, so that the operator's egress rules have no back door.
 */
export interface OutboundRequest {
  /** Sent in upper case. `CONNECT`, `TRACE` and `TRACK` are refused, as browsers do. */
  readonly method: string;
  /** Absolute, http or https, without user name and password. */
  readonly url: string;
  /**
   * In order; repeats allowed. Refused are line breaks and other bytes that are illegal on the wire, and
   * `CLIENT_HEADERS`. Without `accept-encoding` the client asks for `identity`.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Text is sent as UTF-8. */
  readonly body?: string | Uint8Array;
  /** For all of it: the wait for a free connection, DNS, connecting, redirects, headers and body. */
  readonly timeoutMs: number;
  /** Bytes of the answer's body, counted after its `content-encoding` is undone. */
  readonly responseBytesMax: number;
  /**
   * What a longer body is: an error (`egress.too_large`, the default), or cut and marked `truncated`. Who wants the
   * beginning alone also gets a body as it came that is not in its `content-encoding`; else that is an error.
   */
  readonly overflow?: 'fail' | 'truncate';
  /** 0: a redirect is an answer like any other. Otherwise one more redirect is `egress.redirects`. */
  readonly redirectsMax: number;
  /**
   * Names of headers that hold secrets. Like `authorization`, `cookie` and `proxy-authorization` they
   * are dropped for good when a redirect leads to another host, or from https to http. A secret in the
   * URL or the body is the caller's to guard, with `allowed`.
   */
  readonly secretHeaders?: readonly string[];
  /**
   * The caller's own policy, asked before each hop, the first included. Returns why the hop is refused,
   * in words for the author; `undefined` lets it pass to the operator's egress rules.
   */
  readonly allowed?: (method: string, url: URL) => string | undefined;
}

export interface OutboundResponse {
  readonly status: number;
  /**
   * In order, repeats kept, names in lower case, values as Latin-1. Where the client undid a
   * `content-encoding`, that header and `content-length` are gone, because they no longer describe `body`.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `gzip`, `deflate` and `br` are undone, also where a server sends them unasked; others are left. */
  readonly body: Uint8Array;
  /** Only with `overflow: 'truncate'`: `body` is the beginning of a longer one. */
  readonly truncated: boolean;
  /** After redirects, without fragment. May hold secrets that the caller put into the URL. */
  readonly url: string;
  /** Milliseconds from the call to the last byte. */
  readonly ms: number;
  /** The IP address that answered. */
  readonly address: string;
}

export type OutboundErrorCode =
  /** The egress rules or the caller's policy do not let the request go there. */
  | 'egress.refused'
  /** The host's name has no address, or DNS gave none. */
  | 'egress.name'
  /** No connection, or it was lost before the answer was whole. */
  | 'egress.connect'
  /** The handshake failed, or the certificate does not prove the host. */
  | 'egress.tls'
  | 'egress.timeout'
  /** The answer's headers or body are over their limit. */
  | 'egress.too_large'
  /** Too many redirects, or one that leads nowhere. */
  | 'egress.redirects'
  /** What came back is not HTTP/1.1, or not what its own headers say. */
  | 'egress.protocol'
  /** The request itself cannot be sent as it is. */
  | 'egress.invalid'
  /** Too many requests wait for a connection, or too many names are looked up, already. */
  | 'egress.busy'
  /** The caller's signal was aborted, or the client was closed. */
  | 'egress.cancelled';

/**
 * Why a request has no answer. `message` says what was expected, what was found and what to do; it names
 * scheme, host, port and addresses, never path, query, headers or body, which may hold secrets.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly code: OutboundErrorCode;
  /** Whether bytes of the request may have reached a receiver, on this hop or an earlier one. */
  readonly inDoubt: boolean;

  constructor(
    code: OutboundErrorCode,
    message: string,
    options: { inDoubt?: boolean; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.inDoubt = options.inDoubt ?? false;
  }
}

export interface Outbound {
  /** Throws `OutboundError` and nothing else. Any HTTP status is an answer, not an error. */
  send(request: OutboundRequest, signal?: AbortSignal): Promise<OutboundResponse>;
  /** Takes no more requests, waits for those under way, then closes every connection. */
  close(): Promise<void>;
}
