import { asText, found } from './arguments.ts';
import { asBytes, decodeUtf8, exactBuffer } from './bytes.ts';
import type { Host } from './host.ts';
import type { Provision } from './provide.ts';

/** `Base64`: encodes texts and bytes; reads both alphabets, with or without padding and white space. */
function base64(host: Host): Readonly<Record<string, unknown>> {
  function bytes(text: unknown, of: string): Uint8Array {
    const given = asText(text, of);
    const compact = given
      .replace(/[\t\n\f\r ]+/g, '')
      .replaceAll('-', '+')
      .replaceAll('_', '/');
    const match = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(compact);
    const digits = match?.[1] ?? '';
    const padded = match !== null && (match[2] === '' || compact.length % 4 === 0);
    if (!padded || digits.length % 4 === 1) {
      throw new RangeError(`Expected base64 for ${of}, got ${fault(given, compact)}`);
    }
    return new Uint8Array(host.bytes(digits, 'base64'));
  }
  return {
    encode: (value: unknown) =>
      host.text(exactBuffer(asBytes(host, value, 'Base64.encode')), 'base64'),
    url: (value: unknown) =>
      host.text(exactBuffer(asBytes(host, value, 'Base64.url')), 'base64url'),
    decode: (text: unknown) => decodeUtf8(host, bytes(text, 'Base64.decode')),
    bytes: (text: unknown) => bytes(text, 'Base64.bytes'),
  };
}

function fault(given: string, compact: string): string {
  const wrong = /[^A-Za-z0-9+/=]/u.exec(compact)?.[0];
  if (wrong !== undefined) return `the character ${found(wrong)}`;
  const digits = compact.replace(/=+$/, '').length;
  if (digits % 4 === 1) return `${digits} digits, which is no whole number of bytes`;
  return `wrong padding in ${found(given)}`;
}

export const provision: Provision = (host) => ({ Base64: base64(host) });
