import { createHmac, type KeyObject, sign as signWith, verify as verifyWith } from 'node:crypto';
import type { Algorithm } from './source.ts';

export type HmacAlgorithm = Extract<Algorithm, `hmac-${string}`>;
export type AsymmetricAlgorithm = Exclude<Algorithm, HmacAlgorithm>;

export function isHmac(algorithm: Algorithm): algorithm is HmacAlgorithm {
  return algorithm.startsWith('hmac-');
}

export function hmac(
  algorithm: HmacAlgorithm,
  key: Uint8Array,
  pieces: readonly (string | Uint8Array)[],
): Buffer {
  const mac = createHmac(algorithm.slice('hmac-'.length), key);
  for (const piece of pieces) mac.update(piece);
  return mac.digest();
}

/** Ed25519 hashes by itself. */
const HASHES: Readonly<Record<AsymmetricAlgorithm, string | null>> = {
  ed25519: null,
  'ecdsa-p256-sha256': 'sha256',
  'rsa-sha1': 'sha1',
  'rsa-sha256': 'sha256',
};

/** Whether a signature is one over the pieces; never throws. */
export function isSignature(
  algorithm: AsymmetricAlgorithm,
  key: KeyObject,
  pieces: readonly (string | Uint8Array)[],
  signature: Uint8Array,
): boolean {
  try {
    return verifyWith(HASHES[algorithm], joined(pieces), key, signature);
  } catch {
    return false; // A signature that is not DER, or of a length that the key cannot make.
  }
}

export function makeSignature(
  algorithm: AsymmetricAlgorithm,
  key: KeyObject,
  pieces: readonly (string | Uint8Array)[],
): Buffer {
  return signWith(HASHES[algorithm], joined(pieces), key);
}

function joined(pieces: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
}
