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

/** `uuid()`: version 4 of RFC 9562, section 5.4, from the run's generator. */
function uuid(random: () => number): () => string {
  const word = (): string =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return () => {
    const [a, b, c, d] = [word(), word(), word(), word()] as [string, string, string, string];
    const variant = '89ab'[Number.parseInt(c[0] as string, 16) & 3] as string;
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
  };
}

export const provision: Provision = (_, random) => ({
  Random: randomness(random),
  uuid: uuid(random),
});
