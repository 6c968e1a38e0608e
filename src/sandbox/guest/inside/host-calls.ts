import type { Host } from '../library/host.ts';

/** What the guest's own half asks of the host. Every parameter is always given, and of its type. */
export interface HostCalls extends Pick<Host, 'equal' | 'bytes' | 'text'> {
  hash(algorithm: string, data: ArrayBuffer): ArrayBuffer;
  hmac(algorithm: string, key: ArrayBuffer, data: ArrayBuffer): ArrayBuffer;
  url(text: ArrayBuffer): string;
  urlBelow(text: ArrayBuffer, base: ArrayBuffer): string;
  /** How the run ended, of an `async` program; the others return it. */
  finish(report: string): void;
  /** The bytes of an answer, ahead of the report that counts on them. */
  answer(bytes: ArrayBuffer): void;
  /**
   * Takes an effect that is asked for: the number of its kind (`EFFECT_NUMBERS`), that of its step, and what
   * `library/effects.ts` describes. Gives `undefined` where it is taken, `false` where the run is at its end, and
   * otherwise what is wrong with the arguments.
   */
  ask(kind: number, step: number, described: string): undefined | false | string;
  /** The handle of a secret; `!` and why not where it cannot be used; empty where no author asked. */
  secret(name: string): string;
  /** Bytes of the request's body (-1) or of its file of that index. */
  part(index: number): ArrayBuffer;
  /** The same decoded as UTF-8, without a byte order mark; JSON of that text where `quoted`. */
  partText(index: number, quoted: boolean): string;
  /** Whether `partText` may come as it is, or must be quoted because it holds a NUL. */
  partIsPlain(index: number): boolean;
  /** Says why the text of `request.json` is not JSON. */
  jsonFault(): string;
}

/** The host as the library knows it. */
export function libraryHost(calls: HostCalls): Host {
  return {
    digest: (algorithm, key, data) =>
      key === null ? calls.hash(algorithm, data) : calls.hmac(algorithm, key, data),
    equal: calls.equal,
    url: (text, base) => (base === null ? calls.url(text) : calls.urlBelow(text, base)),
    bytes: calls.bytes,
    text: calls.text,
  };
}
