import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collector } from '../../src/outbound/collect.ts';

test('the collected bytes are the beginning of the chunks, up to the limit', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 6 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 0, max: 100_000 }), (parts, bytesMax) => {
      const collector = new Collector(bytesMax);
      const whole = Buffer.concat(parts);
      const fits = parts.map((part) => collector.add(part)).at(-1) ?? true;
      expect(Buffer.from(collector.bytes()).equals(whole.subarray(0, bytesMax))).toBe(true);
      expect([fits, collector.overflowed]).toEqual([
        whole.length <= bytesMax,
        whole.length > bytesMax,
      ]);
    }),
  );
});

test('a million chunks of one byte take one buffer of that size', () => {
  const collector = new Collector(1_000_000);
  const byte = Uint8Array.of(7);
  for (let index = 0; index < 1_000_000; index += 1) collector.add(byte);
  expect(collector.bytes().length).toBe(1_000_000);
  expect(collector.bytes().buffer.byteLength).toBeLessThanOrEqual(2_000_000);
});
