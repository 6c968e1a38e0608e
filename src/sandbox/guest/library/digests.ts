import { found } from './arguments.ts';
import { asBytes, exactBuffer } from './bytes.ts';
import type { Host } from './host.ts';
import type { Provision } from './provide.ts';

const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha512'];

/** `Hash` and `Hmac`, one function for each algorithm. */
function digests(host: Host): Readonly<Record<string, Record<string, unknown>>> {
  const hash: Record<string, unknown> = {};
  const hmac: Record<string, unknown> = {};
  for (const algorithm of ALGORITHMS) {
    hash[algorithm] = (value: unknown, encoding: unknown = 'hex') => {
      const of = `Hash.${algorithm}`;
      const data = exactBuffer(asBytes(host, value, of));
      return encoded(host, host.digest(algorithm, null, data), encoding, of);
    };
    hmac[algorithm] = (key: unknown, value: unknown, encoding: unknown = 'hex') => {
      const of = `Hmac.${algorithm}`;
      const secret = exactBuffer(asBytes(host, key, `the key of ${of}`));
      const data = exactBuffer(asBytes(host, value, `the value of ${of}`));
      return encoded(host, host.digest(algorithm, secret, data), encoding, of);
    };
  }
  return { Hash: hash, Hmac: hmac };
}

function encoded(host: Host, digest: ArrayBuffer, encoding: unknown, of: string): unknown {
  if (encoding === 'bytes') return new Uint8Array(digest);
  if (encoding === 'hex' || encoding === 'base64' || encoding === 'base64url') {
    return host.text(digest, encoding);
  }
  throw new RangeError(
    `Expected the encoding hex, base64, base64url or bytes for ${of}, got ${found(encoding)}`,
  );
}

export const provision: Provision = digests;
