/** Bytes of a refused body that are kept: most deliveries whole, and 100 of them for 13 MB at most. */
export const REFUSED_BODY_BYTES_MAX: number = 128 * 1024;
/** Refusals that are kept of each webhook: enough to see what goes wrong, whoever fills it. */
export const REFUSALS_MAX = 100;

/** A request that did not prove who calls, with the reason, for the operator. */
export interface RefusedRequest {
  /** `ref_` and 26 characters. */
  readonly id: string;
  readonly webhookId: string;
  readonly receivedAt: number;
  /** Name of the source that refused it. */
  readonly source: string;
  /** Stable, for tools: `proof.mismatch`. */
  readonly code: string;
  /** "Expected X, got Y.", without any secret. */
  readonly reason: string;
  readonly method: string;
  /** What follows the token in the URL. */
  readonly path: string;
  readonly query: string | null;
  /** JSON of `[name, value, name, value, …]`. */
  readonly headers: string;
  readonly clientIp: string;
  readonly isProxied: boolean;
  /** The whole URL as the sender knows it. */
  readonly url: string;
  readonly bodySize: number;
  /** Its first `REFUSED_BODY_BYTES_MAX` bytes. */
  readonly body: Uint8Array;
}

/** Requests that came again after the first. */
export interface Duplicates {
  readonly count: number;
  /** When the last one came. */
  readonly lastAt: number;
}
