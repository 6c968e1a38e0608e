import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../any-character.ts';
import { installed } from './installed.ts';

const { Base64, Hex, TextDecoder: Decoder, TextEncoder: Encoder, Text } = installed();
const anyText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({
    unit: fc.constantFrom('a', '\0', 'é', '\ud800', '\udc00', '\ufeff', '\ufffd', '😀'),
  }),
);
/** Bytes near UTF-8: leads, continuations, NUL, the byte order mark. */
const nearUtf8 = fc.oneof(
  fc.uint8Array(),
  fc
    .array(fc.constantFrom(0, 0x41, 0x80, 0xbf, 0xc3, 0xe0, 0xed, 0xef, 0xbb, 0xf0, 0xf4, 0xff))
    .map((bytes) => Uint8Array.from(bytes)),
);

test('base64 and hex of texts and bytes are Node’s own', () => {
  fc.assert(
    fc.property(anyText, fc.uint8Array(), (text, bytes) => {
      const utf8 = Buffer.from(text.toWellFormed());
      expect(Base64.encode(text)).toBe(utf8.toString('base64'));
      expect(Base64.url(text)).toBe(utf8.toString('base64url'));
      expect(Hex.encode(text)).toBe(utf8.toString('hex'));
      expect(Base64.encode(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(Text.size(text)).toBe(utf8.length);
    }),
  );
});

test('base64 and hex come back as the same bytes and text', () => {
  fc.assert(
    fc.property(fc.uint8Array(), anyText, (bytes, text) => {
      expect(Base64.bytes(Base64.encode(bytes))).toEqual(bytes);
      expect(Base64.bytes(Base64.url(bytes))).toEqual(bytes);
      expect(Hex.bytes(Hex.encode(bytes).toUpperCase())).toEqual(bytes);
      expect(Base64.decode(Base64.encode(text))).toBe(text.toWellFormed());
      expect(Hex.decode(Hex.encode(text))).toBe(text.toWellFormed());
    }),
  );
});

test('base64 is read in both alphabets, without padding, with white space', () => {
  expect(Base64.bytes('_-8')).toEqual(new Uint8Array([0xff, 0xef]));
  expect(Base64.bytes(' /+8=\r\n')).toEqual(new Uint8Array([0xff, 0xef]));
  expect(Base64.decode('')).toBe('');
});

test.each([
  ['a*b=', 'Expected base64 for Base64.decode, got the character "*"'],
  ['aaaaa', 'Expected base64 for Base64.decode, got 5 digits, which is no whole number of bytes'],
  ['aa=a', 'Expected base64 for Base64.decode, got wrong padding in "aa=a"'],
  ['aaa==', 'Expected base64 for Base64.decode, got wrong padding in "aaa=="'],
  ['aé', 'Expected base64 for Base64.decode, got the character "é"'],
])('%s is no base64', (text, message) => {
  expect(() => Base64.decode(text)).toThrow(new RangeError(message));
});

test('what is no hex says why', () => {
  expect(() => Hex.bytes('abc')).toThrow(
    new RangeError('Expected an even number of hex digits for Hex.bytes, got 3'),
  );
  expect(() => Hex.decode('0x12')).toThrow(
    new RangeError('Expected hex digits for Hex.decode, got the character "x"'),
  );
});

test('numbers are encoded as texts, other values are refused', () => {
  expect(Hex.encode(42)).toBe('3432');
  expect(() => Hex.encode(null)).toThrow(
    new TypeError('Expected a text or bytes for Hex.encode, got null'),
  );
  expect(() => Base64.encode({})).toThrow(
    new TypeError(
      'Expected a text or bytes for Base64.encode, got an object; write JSON.stringify(…) for its JSON',
    ),
  );
  expect(() => Base64.decode(null)).toThrow(
    new TypeError('Expected a text for Base64.decode, got null'),
  );
});

test('views encode the bytes that they show, not their whole buffer', () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  expect(Hex.encode(bytes.subarray(1, 3))).toBe('0203');
  expect(Hex.encode(new Uint16Array(bytes.buffer, 2, 1))).toBe('0304');
  expect(Hex.encode(bytes.buffer)).toBe('01020304');
});

test('TextDecoder decodes as Node’s own, with a byte order mark, replacement and fatal', () => {
  fc.assert(
    fc.property(nearUtf8, fc.boolean(), (bytes, ignoreBOM) => {
      const own = new TextDecoder('utf-8', { ignoreBOM });
      expect(new Decoder('UTF-8', { ignoreBOM }).decode(bytes)).toBe(own.decode(bytes));
      const attempt = (decoder: { decode(bytes: Uint8Array): string }): string => {
        try {
          return decoder.decode(bytes);
        } catch (error) {
          return (error as Error).name;
        }
      };
      const fatal = { fatal: true, ignoreBOM };
      expect(attempt(new Decoder('utf8', fatal))).toBe(attempt(new TextDecoder('utf8', fatal)));
    }),
    { numRuns: 500 },
  );
});

test('TextEncoder encodes as Node’s own', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(new Encoder().encode(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
  expect(new Encoder().encode()).toEqual(new Uint8Array());
  expect(new Encoder().encoding).toBe('utf-8');
});

test('TextDecoder refuses other encodings and streams', () => {
  expect(() => new Decoder('latin1')).toThrow(
    new RangeError('Expected the encoding utf-8 for TextDecoder, got "latin1"'),
  );
  expect(() => new Decoder().decode(new Uint8Array(), { stream: true })).toThrow(
    new TypeError('Expected all bytes at once for TextDecoder.decode, got stream: true'),
  );
  expect(() => new Decoder().decode('text')).toThrow(
    new TypeError('Expected bytes for TextDecoder.decode, got "text"'),
  );
});
