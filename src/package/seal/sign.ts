import { type KeyObject, sign, verify } from 'node:crypto';
import type { Package } from '../../core/package.ts';
import { canonicalBytes, packageDigest } from './digest.ts';
import { namedKey, publicKeyText } from './keys.ts';

/** What vouches for a package, as it travels with it. */
export interface Seal {
  /** SHA-256 of the canonical bytes, in hex. */
  readonly digest: string;
  readonly signature?: {
    /** The public key: 32 bytes in base64. */
    readonly key: string;
    /** The ed25519 signature (RFC 8032) of the canonical bytes after `CONTEXT`: 64 bytes in base64. */
    readonly value: string;
  };
}

/** Goes before what is signed, so that a signature made for something else is none of a package. */
const CONTEXT = Buffer.from('hookwright package\n');

/** The seal of a package that was read, with the signature that it came with. */
export function sealOf(pkg: {
  readonly digest: string;
  readonly signed?: Required<Seal>['signature'];
}): Seal {
  return { digest: pkg.digest, ...(pkg.signed === undefined ? {} : { signature: pkg.signed }) };
}

/** The seal of a package that nobody signed. */
export function sealPackage(pkg: Package): Seal {
  return { digest: packageDigest(pkg) };
}

/** @param privateKey an ed25519 key */
export function signPackage(pkg: Package, privateKey: KeyObject): Required<Seal> {
  const value = sign(null, Buffer.concat([CONTEXT, canonicalBytes(pkg)]), privateKey);
  return {
    digest: packageDigest(pkg),
    signature: { key: publicKeyText(privateKey), value: value.toString('base64') },
  };
}

/** Whether the key that a signature names made it for this package. */
export function isSignedBy(pkg: Package, { key, value }: NonNullable<Seal['signature']>): boolean {
  const publicKey = namedKey(key);
  if (publicKey === undefined) return false;
  const bytes = Buffer.concat([CONTEXT, canonicalBytes(pkg)]);
  return verify(null, bytes, publicKey, Buffer.from(value, 'base64'));
}
