/** What the outbound client may hold at once. Each is a setting of `openOutbound`. */
export interface OutboundLimits {
  /** Open connections to one address of one origin. Browsers use 6; servers tolerate more. */
  readonly connectionsPerAddress: number;
  /** Open connections in all: well under the usual 1,024 file descriptors of a process. */
  readonly connections: number;
  /** Requests that wait for a connection. With 256 connections, about a second of fast receivers. */
  readonly waiting: number;
  /** Names looked up at once. Each may belong to one of the requests under way. */
  readonly lookups: number;
  /** Milliseconds an unused connection is kept: under the 5 s after which Node's own server closes. */
  readonly idleMs: number;
  /** Milliseconds at most, where the server's `keep-alive` header names a longer time. */
  readonly idleMsMax: number;
  /** Requests over one connection, so that load balancers can move us. */
  readonly requestsPerConnection: number;
  /** Addresses of a name that are looked at. Real names have up to 8 or so. */
  readonly addresses: number;
  /** Milliseconds for an address to accept, where there is another one to try. */
  readonly nextAddressMs: number;
  /** Bytes of an answer's header names and values; Node's own limit. */
  readonly responseHeaderBytes: number;
}

export const OUTBOUND_LIMITS: OutboundLimits = {
  connectionsPerAddress: 16,
  connections: 256,
  waiting: 1024,
  lookups: 512,
  idleMs: 4_000,
  idleMsMax: 60_000,
  requestsPerConnection: 1_000,
  addresses: 16,
  nextAddressMs: 2_000,
  responseHeaderBytes: 16 * 1024,
};

/** Characters of a URL: RFC 9110, section 4.1, asks servers to take 8,000. */
export const URL_CHARS_MAX = 8_192;

/** Bytes of the names and values of a request's headers: servers refuse more than 8 to 32 kB. */
export const REQUEST_HEADER_BYTES_MAX: number = 32 * 1024;

/** Bytes of a redirect's own body that are read to keep its connection; longer ones cost it. */
export const REDIRECT_BODY_BYTES_MAX: number = 16 * 1024;

/** Milliseconds that a timer of Node can hold; longer timeouts would fire at once. */
export const TIMEOUT_MS_MAX: number = 2 ** 31 - 1;
