import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares in a time that tells nothing of where two texts differ, nor of the length of the secret one:
 * what is compared are their hashes.
 */
export function equalTexts(a: string, b: string): boolean {
  return timingSafeEqual(hash(a), hash(b));
}

/** The same for bytes whose length is no secret, such as a MAC's. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
