/** Numbers from 0 to 1 that depend on the seed alone. */
export type Random = () => number;

/** Mulberry32 (github.com/bryc/code, PRNGs): small, and neighbouring seeds give unlike sequences. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `least` to `most`, both included. */
export function integer(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[integer(random, 0, items.length - 1)] as T;
}

export function bytes(random: Random, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => integer(random, 0, 255)));
}
