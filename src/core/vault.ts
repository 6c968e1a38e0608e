import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { HookwrightError } from './errors.ts';
import type { Random } from './ids.ts';

/** Bytes of the key: AES-256. */
export const VAULT_KEY_BYTES = 32;

/** Completes "Expected … to be". */
export const VAULT_KEY_EXPECTED: string = `${VAULT_KEY_BYTES} bytes as base64 or hex`;

/** The key behind a text, with or without white space around it; `undefined` where it is none. */
export function readVaultKey(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const key = Buffer.from(trimmed, 'base64');
  return key.length === VAULT_KEY_BYTES ? key : undefined;
}

/** Names the layout below, so that another one can follow. */
const VERSION = 1;
/** The length that GCM uses as it is (NIST SP 800-38D, 8.2); random, which is safe for 2^32 values a key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Encrypts what must not be readable in the database: AES-256-GCM under one key. Every value is bound to
 * the place it is for, so that one copied into another row does not open there.
 */
export class Vault {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** @param key `VAULT_KEY_BYTES` bytes; throws `RangeError` for another length */
  constructor(key: Uint8Array, random: Random = randomBytes) {
    if (key.length !== VAULT_KEY_BYTES) {
      throw new RangeError(`Expected a key of ${VAULT_KEY_BYTES} bytes, got ${key.length}.`);
    }
    this.#key = key;
    this.#random = random;
  }

  /**
   * @param place what the value is for, such as `secret/WAREHOUSE_KEY`; opening needs the same
   * @returns version, nonce, tag, ciphertext
   */
  seal(plain: string, place: string): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text]);
  }

  /** Tells whether a text is the same as another time, and nothing else of it: HMAC-SHA256 in hex. */
  mark(plain: string, place: string): string {
    // A length first, so that no two pairs of place and text are one.
    const text = `${place.length}:${place}${plain}`;
    return createHmac('sha256', this.#key).update(`mark/${text}`).digest('hex');
  }

  /** Throws `secret.unreadable` where the key or the place is another, or the bytes were changed. */
  open(sealed: Uint8Array, place: string): string {
    try {
      if (sealed[0] !== VERSION) throw new Error(`Expected version ${VERSION}, got ${sealed[0]}.`);
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, options);
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES));
      const plain = [decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()];
      return Buffer.concat(plain).toString('utf8');
    } catch (error) {
      throw new HookwrightError(
        'secret.unreadable',
        `Expected ${place} to open with the key in use, got a value that does not.`,
        {
          next: 'Start with the key it was stored under, or store the value again.',
          cause: error,
        },
      );
    }
  }
}
