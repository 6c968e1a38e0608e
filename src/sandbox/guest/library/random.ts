import { asWhole, found } from './arguments.ts';
import type { Provision } from './provide.ts';

const TOKEN_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Characters of a token: longer than any system takes as a name or key. */
const TOKEN_LENGTH_MAX = 1024;

/** `Random`, on the run's generator of floats in [0, 1), asked at each call. */
function randomness(random: () => number): Readonly<Record<string, unknown>> {
  const below = (count: number): number => Math.floor(random() * count);
  return {
    int: (least: unknown, most: unknown) => {
      const from = asWhole(least, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'Random.int');
      const to = asWhole(most, from, Number.MAX_SAFE_INTEGER, 'the upper end of Random.int');
      return Math.min(to, from + below(to - from + 1)); // Beyond 2^53 the sum may round up.
    },
    token: (length: unknown = 32) => {
      const count = asWhole(length, 1, TOKEN_LENGTH_MAX, 'Random.token');
      let token = '';
      while (token.length < count) token += TOKEN_DIGITS[below(TOKEN_DIGITS.length)] as string;
      return token;
    },
    pick: (list: unknown) => {
      if (!Array.isArray(list)) {
        throw new TypeError(`Expected a list for Random.pick, got ${found(list)}`);
      }
      if (list.length === 0) {
        throw new RangeError('Expected a list with at least one value for Random.pick, got none');
      }
      return list[below(list.length)];
    },
  };
}

/** The two hexadecimal digits of each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));

/** `uuid()`: version 4 of RFC 9562, section 5.4, from the run's generator. */
function uuid(random: () => number): () => string {
  const word = (): number => Math.floor(random() * 0x1_0000_0000);
  const hex = (bits: number, shift: number): string => HEX[(bits >>> shift) & 0xff] as string;
  const half = (bits: number, shift: number): string => hex(bits, shift + 8) + hex(bits, shift);
  return () => {
    const a = word();
    const b = (word() & 0xffff0fff) | 0x4000; // The version.
    const c = (word() & 0x3fffffff) | 0x80000000; // The variant.
    const d = word();
    const tail = half(c, 0) + half(d, 16) + half(d, 0);
    return `${half(a, 16)}${half(a, 0)}-${half(b, 16)}-${half(b, 0)}-${half(c, 16)}-${tail}`;
  };
}

export const provision: Provision = (_, random) => ({
  Random: randomness(random),
  uuid: uuid(random),
});
