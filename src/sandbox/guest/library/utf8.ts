import { asOptions, asText, found } from './arguments.ts';
import { decodeUtf8, encodeUtf8, exactBuffer, viewOf } from './bytes.ts';
import type { Host } from './host.ts';
import type { Provision } from './provide.ts';

/** The labels of UTF-8 in the WHATWG Encoding Standard, section 4.2. */
const LABELS = [
  'utf-8',
  'utf8',
  'unicode-1-1-utf-8',
  'unicode11utf8',
  'unicode20utf8',
  'x-unicode20utf8',
];

/** `TextEncoder` and `TextDecoder` as in browsers, for UTF-8 and without streaming. */
function textCoders(host: Host): Readonly<Record<string, unknown>> {
  class TextEncoder {
    get encoding(): string {
      return 'utf-8';
    }

    encode(text: unknown = ''): Uint8Array {
      return encodeUtf8(host, asText(text, 'TextEncoder.encode'));
    }
  }

  class TextDecoder {
    readonly encoding = 'utf-8';
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;

    constructor(label: unknown = 'utf-8', options?: unknown) {
      if (!LABELS.includes(asText(label, 'TextDecoder').trim().toLowerCase())) {
        throw new RangeError(`Expected the encoding utf-8 for TextDecoder, got ${found(label)}`);
      }
      const { fatal, ignoreBOM } = asOptions(options, ['fatal', 'ignoreBOM'], 'TextDecoder');
      this.fatal = Boolean(fatal);
      this.ignoreBOM = Boolean(ignoreBOM);
    }

    decode(input?: unknown, options?: unknown): string {
      if (asOptions(options, ['stream'], 'TextDecoder.decode').stream) {
        throw new TypeError('Expected all bytes at once for TextDecoder.decode, got stream: true');
      }
      if (input === undefined) return '';
      const bytes = viewOf(input);
      if (bytes === undefined) {
        throw new TypeError(`Expected bytes for TextDecoder.decode, got ${found(input)}`);
      }
      const text = decodeUtf8(host, bytes);
      // Only valid UTF-8 comes back as the same bytes; texts without U+FFFD had nothing to replace.
      if (this.fatal && text.includes('\uFFFD')) {
        if (!host.equal(exactBuffer(encodeUtf8(host, text)), exactBuffer(bytes))) {
          throw new TypeError(
            'Expected UTF-8 for TextDecoder.decode, got bytes that are not UTF-8',
          );
        }
      }
      return !this.ignoreBOM && text.startsWith('\uFEFF') ? text.slice(1) : text;
    }
  }

  return { TextEncoder, TextDecoder };
}

export const provision: Provision = textCoders;
