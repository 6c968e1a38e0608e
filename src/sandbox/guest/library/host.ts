/**
 * What the guest may ask of the host: pure functions only. Texts cross as UTF-8 bytes, because QuickJS
 * hands strings to the host as C strings, which end at the first NUL.
 */
export interface Host {
  /** Digest of `data`, keyed (HMAC) where a key is given. `algorithm`: md5, sha1, sha256, sha512. */
  digest(algorithm: string, key: ArrayBuffer | null, data: ArrayBuffer): ArrayBuffer;
  /** Constant-time comparison; unequal lengths are unequal. */
  equal(a: ArrayBuffer, b: ArrayBuffer): boolean;
  /** JSON of the parts of a WHATWG URL (`href`, `origin`, `protocol`, …), or `""` where it is none. */
  url(text: ArrayBuffer, base: ArrayBuffer | null): string;
}
