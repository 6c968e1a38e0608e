import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { decode, decodeHtml } from './encodings.ts';
import type { Algorithm, KeyEncoding } from './source.ts';

/** The bytes of a shared secret; `undefined` where the text is not of that encoding. */
export function secretBytes(text: string, encoding: KeyEncoding): Uint8Array | undefined {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'html':
      return Buffer.from(decodeHtml(text), 'utf8');
    case 'hex':
    case 'base64':
      return decode(text.trim(), encoding);
    case 'whsec':
      // Supabase shows `v1,whsec_…`; Brex leaves `whsec_` out.
      return decode(text.trim().replace(/^(?:v1,)?whsec_/, ''), 'base64');
  }
}

type Asymmetric = Exclude<Algorithm, `hmac-${string}`>;

/** What `crypto` says of a key of each kind. */
const KEY_TYPES: Readonly<Record<Asymmetric, (key: KeyObject) => boolean>> = {
  ed25519: (key) => key.asymmetricKeyType === 'ed25519',
  'ecdsa-p256-sha256': isP256,
  'rsa-sha1': isRsa,
  'rsa-sha256': isRsa,
};

/** Whether it is an RSA key of at least 2048 bits, which RFC 7518, section 3.3, demands too. */
export function isRsa(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}

export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** DER in front of the 32 bytes of an Ed25519 key (RFC 8410, section 4 and 7). */
const ED25519_PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * A sender's public key: PEM, a certificate in PEM, base64 of DER (SendGrid), or for Ed25519 its 32 bytes
 * in hex (Discord) or base64 with or without `whpk_`. `undefined` where the text is none, or of another kind.
 */
export function publicKey(text: string, algorithm: Asymmetric): KeyObject | undefined {
  return keyOf(text.trim(), algorithm, ED25519_PUBLIC, 'whpk_', (source) => {
    if (typeof source === 'string') {
      return source.includes('BEGIN CERTIFICATE')
        ? new X509Certificate(source).publicKey
        : createPublicKey(source);
    }
    return createPublicKey({ key: source, format: 'der', type: 'spki' });
  });
}

/** The private key of a sender: PEM, base64 of DER, or for Ed25519 `whsk_` and its bytes in base64. */
export function privateKey(text: string, algorithm: Asymmetric): KeyObject | undefined {
  return keyOf(text.trim(), algorithm, ED25519_PRIVATE, 'whsk_', (source) =>
    typeof source === 'string'
      ? createPrivateKey(source)
      : createPrivateKey({ key: source, format: 'der', type: 'pkcs8' }),
  );
}

function keyOf(
  text: string,
  algorithm: Asymmetric,
  ed25519Head: Buffer,
  prefix: string,
  make: (source: string | Buffer) => KeyObject,
): KeyObject | undefined {
  try {
    const key = make(text.startsWith('-----BEGIN ') ? text : der(text, ed25519Head, prefix));
    return KEY_TYPES[algorithm](key) ? key : undefined;
  } catch {
    return undefined; // OpenSSL's messages tell nothing that an operator could use.
  }
}

function der(text: string, ed25519Head: Buffer, prefix: string): Buffer {
  const bare = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const bytes = (bare.length === 64 ? decode(bare, 'hex') : undefined) ?? decode(bare, 'base64');
  if (bytes === undefined) throw new RangeError('Expected hex or base64, got another text.');
  // Standard Webhooks' private keys are the seed and the public key, 64 bytes. Without `whsk_`, 32 bytes are a
  // public key: taken for a private one, they would sign what that very key refuses.
  const isBare =
    prefix === 'whsk_'
      ? bare !== text && (bytes.length === 32 || bytes.length === 64)
      : bytes.length === 32;
  return isBare ? Buffer.concat([ed25519Head, bytes.subarray(0, 32)]) : bytes;
}
