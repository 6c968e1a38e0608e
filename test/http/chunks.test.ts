import { describe, expect, test } from 'vitest';
import { Chunks } from '../../src/http/chunks.ts';

describe('the chunks of a body', () => {
  test.each([
    ['none', []],
    ['one', [5]],
    ['a few', [3, 0, 70_000, 1]],
    ['as many as are put together', Array.from({ length: 256 }, () => 2)],
    ['many', Array.from({ length: 10_000 }, (_, n) => n % 7)],
  ])('are the body when there are %s', (_, sizes) => {
    const chunks = new Chunks();
    const sent = sizes.map((size, n) => Buffer.alloc(size, n % 256));
    for (const chunk of sent) chunks.add(chunk);
    expect(chunks.size).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(Buffer.compare(chunks.whole(), Buffer.concat(sent))).toBe(0);
  });

  test('are held in few buffers, however small they are', () => {
    const chunks = new Chunks();
    for (let n = 0; n < 100_000; n++) chunks.add(Buffer.from('x'));
    expect(chunks.buffers).toBeLessThan(1000);
    expect(chunks.whole().length).toBe(100_000);
  });

  test('are not copied where there is one', () => {
    const chunks = new Chunks();
    const sent = Buffer.from('hello');
    chunks.add(sent);
    expect(chunks.whole()).toBe(sent);
  });
});
