import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { HookwrightError } from '../../core/errors.ts';

/** What stands before the 32 bytes of a key in DER: the algorithm's identifier (RFC 8410, section 10). */
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;
/**
 * Points of small order, for which anybody can make signatures that verify: as libsodium 1.0.20 lists them
 * (`ge25519_has_small_order`), without the sign in the last bit.
 */
const WEAK_KEYS: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

/** A new pair of ed25519 keys. */
export interface KeyPair {
  /** PKCS #8 in PEM. */
  readonly privatePem: string;
  /** 32 bytes in base64: what operators list and packages carry. */
  readonly publicKey: string;
}

export function makeKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKeyText(privateKey),
  };
}

/**
 * Reads a private key: PEM (PKCS #8), or its 32 bytes in base64. Quotes nothing of it.
 *
 * @param what names it in errors
 * @throws HookwrightError `usage.invalid` where it is none
 */
export function readPrivateKey(text: string, what: string): KeyObject {
  return readKey(what, 'private', () => {
    const bytes = rawBytes(text);
    return bytes === undefined
      ? createPrivateKey(text)
      : createPrivateKey({
          key: Buffer.concat([PRIVATE_DER, bytes]),
          format: 'der',
          type: 'pkcs8',
        });
  });
}

/**
 * Reads a public key: PEM (SPKI), or its 32 bytes in base64.
 *
 * @param what names it in errors
 * @throws HookwrightError `usage.invalid` where it is none
 */
export function readPublicKey(text: string, what: string): KeyObject {
  return readKey(what, 'public', () => {
    const bytes = rawBytes(text);
    if (bytes !== undefined && isWeak(bytes)) throw new TypeError('Anybody signs with it.');
    if (bytes !== undefined) {
      return createPublicKey({
        key: Buffer.concat([PUBLIC_DER, bytes]),
        format: 'der',
        type: 'spki',
      });
    }
    // Node makes the public key of a private one too, which nobody should hand about.
    if (/PRIVATE KEY/.test(text)) throw new TypeError('It is a private key.');
    return createPublicKey(text);
  });
}

/** The 32 bytes of a public key, or of a private key's public half, in base64. */
export function publicKeyText(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES).toString('base64');
}

function readKey(what: string, half: 'private' | 'public', read: () => KeyObject): KeyObject {
  const wrong = (cause?: unknown): HookwrightError =>
    new HookwrightError(
      'usage.invalid',
      `Expected ${what} to be ${half === 'private' ? 'a private' : 'a public'} ed25519 key, got something else.`,
      {
        next: 'It is PEM, or 32 bytes in base64; `hookwright package keygen` makes a pair.',
        cause,
      },
    );
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw wrong(error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrong();
  return key;
}

function isWeak(bytes: Buffer): boolean {
  const plain = Buffer.from(bytes);
  plain[KEY_BYTES - 1] = (plain[KEY_BYTES - 1] as number) & 0x7f;
  return WEAK_KEYS.has(plain.toString('hex'));
}

/**
 * The key that a package names; `undefined` where it is none, is weak, or could be written in another way,
 * so that two texts are never one key.
 */
export function namedKey(text: string): KeyObject | undefined {
  const bytes = rawBytes(text);
  if (bytes === undefined || isWeak(bytes) || bytes.toString('base64') !== text) return undefined;
  return readPublicKey(text, 'the key of a signature');
}

/** The bytes of a key that is no PEM. */
function rawBytes(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/]{43}=$/.test(trimmed)) return undefined;
  return Buffer.from(trimmed, 'base64');
}
