/**
 * What the guest may ask of the host: pure functions only. Texts cross as UTF-8 bytes, because QuickJS
 * hands strings to the host, and takes them, as C strings, which end at the first NUL. Where a
 * `string` stands here the guest sees to it that it holds no NUL and no lone surrogate.
 *
 * `bytes` and `text` are here for speed: the loop over 100,000 characters takes 20 ms in QuickJS, the
 * call 0.3 ms, and a run has 100 ms.
 */
export interface Host {
  /** Digest of `data`, keyed (HMAC) where a key is given. `algorithm`: md5, sha1, sha256, sha512. */
  digest(algorithm: string, key: ArrayBuffer | null, data: ArrayBuffer): ArrayBuffer;
  /** Constant-time comparison; unequal lengths are unequal. */
  equal(a: ArrayBuffer, b: ArrayBuffer): boolean;
  /** JSON of `UrlParts`, or `""` where the text is no WHATWG URL. */
  url(text: ArrayBuffer, base: ArrayBuffer | null): string;
  /** Bytes behind a text. The guest has checked that base64 and hex are well-formed. */
  bytes(text: string, encoding: 'utf8' | 'base64' | 'hex'): ArrayBuffer;
  /**
   * Text of bytes. For `utf8` the bytes hold no NUL, a byte order mark is kept, and what is not UTF-8
   * becomes U+FFFD as the WHATWG Encoding Standard says (Node's `Buffer` does all this).
   */
  text(bytes: ArrayBuffer, encoding: 'utf8' | 'base64' | 'base64url' | 'hex'): string;
}

/** The parts of a WHATWG URL, named and formed as the properties of `URL`. */
export interface UrlParts {
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}
