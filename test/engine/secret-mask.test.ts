import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SecretMask } from '../../src/engine/effects/secret-mask.ts';

const HANDLE = 'secret.KEY.00112233445566778899aabbccddeeff';
const value = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 });

const ENCODERS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text),
  'json in json': (text) => JSON.stringify(JSON.stringify(text)),
  percent: encodeURIComponent,
  'lower-case percent': (text) =>
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  form: (text) => new URLSearchParams({ text }).toString(),
  query: (text) => new URL(`http://a.example/?q=${encodeURIComponent(text)}`).href,
  html: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;'),
  hex: (text) => Buffer.from(text).toString('hex'),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 of json': (text) => Buffer.from(JSON.stringify({ text })).toString('base64'),
  'base64 within text': (text) => Buffer.from(`a ${text} b`).toString('base64'),
};

test.each(Object.keys(ENCODERS))('a value that comes back as %s is a handle then', (name) => {
  const encode = ENCODERS[name] as (text: string) => string;
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      const mask = new SecretMask([[secret, HANDLE]]);
      const masked = mask.text(encode(before + secret + after).toWellFormed());
      expect(masked).toContain(HANDLE);
    }),
  );
});

test('what holds no value is left as it is, byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const mask = new SecretMask([['a-value-that-is-not-there', HANDLE]]);
      expect(mask.bytes(bytes)).toBe(bytes);
    }),
  );
});

test('bytes around a value are kept', () => {
  const mask = new SecretMask([['secret-value', HANDLE]]);
  const bytes = Buffer.concat([Buffer.of(0, 255), Buffer.from('secret-value'), Buffer.of(254, 10)]);
  const masked = Buffer.concat([Buffer.of(0, 255), Buffer.from(HANDLE), Buffer.of(254, 10)]);
  expect(Buffer.from(mask.bytes(bytes))).toEqual(masked);
});

test('one value within another, or within a handle, spoils neither', () => {
  const mask = new SecretMask([
    ['secret', 'handle-1'],
    ['secret.KEY', 'secret.KEY.2'],
  ]);
  expect(mask.text('secret.KEY and secret')).toBe('secret.KEY.2 and handle-1');
});
