import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares in a time that tells nothing of where two texts differ, nor of the length of the secret one:
 * what is compared are their hashes.
 */
export function equalTexts(a: string, b: string): boolean {
  return timingSafeEqual(hash(a), hash(b));
}

/**
 * The same for a header's text, of which Node makes each byte a character. Senders write what is beyond ASCII
 * in UTF-8, and some in Latin-1.
 */
export function equalHeaders(sent: string, secret: string): boolean {
  const isUtf8 = equalTexts(sent, Buffer.from(secret).toString('latin1'));
  return equalTexts(sent, secret) || isUtf8;
}

/** The same for bytes whose length is no secret, such as a MAC's. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
