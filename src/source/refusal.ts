/** Why a request is not from the source it claims; for the operator, never for the caller. */
export interface Refusal {
  readonly code: RefusalCode;
  /** "Expected X, got Y.", without any secret. */
  readonly reason: string;
}

export type RefusalCode =
  /** No secret is set for a role that the source needs. */
  | 'key.missing'
  /** The secret is not of the form that the source needs. */
  | 'key.malformed'
  /** The request does not carry what the source looks for. */
  | 'proof.missing'
  | 'proof.malformed'
  | 'proof.mismatch'
  | 'time.missing'
  | 'time.malformed'
  | 'time.old'
  | 'time.future'
  | 'token.expired'
  | 'token.claim'
  | 'body.malformed'
  | 'address.refused'
  | 'proxy.untrusted'
  | 'url.refused'
  | 'handshake.refused'
  /** The webhook's source is gone, or has mistakes, or its certificate cannot be had. */
  | 'source.unusable';

export function refusal(code: RefusalCode, reason: string): Refusal {
  return { code, reason };
}
