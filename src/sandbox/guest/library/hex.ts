import { asText, found } from './arguments.ts';
import { asBytes, decodeUtf8, exactBuffer } from './bytes.ts';
import type { Host } from './host.ts';
import type { Provision } from './provide.ts';

/** `Hex`: encodes texts and bytes in lower case; reads both cases. */
function hex(host: Host): Readonly<Record<string, unknown>> {
  function bytes(text: unknown, of: string): Uint8Array {
    const digits = asText(text, of).trim();
    const wrong = /[^0-9A-Fa-f]/u.exec(digits)?.[0];
    if (wrong !== undefined) {
      throw new RangeError(`Expected hex digits for ${of}, got the character ${found(wrong)}`);
    }
    if (digits.length % 2 === 1) {
      throw new RangeError(`Expected an even number of hex digits for ${of}, got ${digits.length}`);
    }
    return new Uint8Array(host.bytes(digits, 'hex'));
  }
  return {
    encode: (value: unknown) => host.text(exactBuffer(asBytes(host, value, 'Hex.encode')), 'hex'),
    decode: (text: unknown) => decodeUtf8(host, bytes(text, 'Hex.decode')),
    bytes: (text: unknown) => bytes(text, 'Hex.bytes'),
  };
}

export const provision: Provision = (host) => ({ Hex: hex(host) });
