import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { THREAD_STACK_MB } from '../../src/sandbox/limits.ts';

/** The deepest and the farthest that a script gets, in ways that use stack and heap differently. */
const SCRIPTS: Record<string, 'ends' | 'fails'> = {
  'let a = [1, "x", {}]': 'ends',
  'leak = "secret".repeat(1000)': 'fails', // Strict: no such name.
  'Object.prototype.leak = "secret".repeat(1000)': 'ends',
  '(function f() { return f() + 1 })()': 'fails',
  '(function f(a, b, c, d, e, g, h) { return f(a, b, c, d, e, g, h) + Math.max(...[1, 2, 3]) })()':
    'fails',
  'JSON.parse("[".repeat(100000))': 'fails',
  '/(((((((((a*)*)*)*)*)*)*)*)*)*b/.test("a".repeat(1000))': 'fails',
  'let p = {}; for (let i = 0; i < 3e4; i++) p = new Proxy(p, {}); p.x': 'fails',
  'new RegExp("(".repeat(20000) + ")".repeat(20000))': 'fails',
  '[..."x".repeat(2000)].map((_, i) => i).sort((a, b) => { throw [a, b] })': 'fails',
  '[1].sort.call(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5003), (a, b) => a - b)':
    'ends',
  'const f = (n) => n === 0 ? 0 : Reflect.apply(f, null, [n - 1]); f(1e5)': 'fails',
  'const o = { toJSON() { return [JSON.stringify(o)] } }; JSON.stringify(o)': 'fails',
  'const a = []; for (let i = 0; i < 3e4; i++) a.push("text " + i)': 'ends',
  'const a = new Uint8Array(8 << 20).fill(255)': 'ends',
  'const a = new Uint8Array(30 << 20).fill(255)': 'ends',
  '(1e21).toFixed(100); (123.456).toPrecision(100); 2n ** 5000n': 'ends',
};

test.each([
  ['any', false, []],
  ['a shallow', true, []],
  ['a library’s', false, ['Text', 'URL', 'Cerb']],
])(
  'after %s run the memory is restored byte for byte, and nothing lies outside of what is cleared',
  async (_, isShallow, library) => {
    const entry = new URL('./fixtures/memory-probe.js', import.meta.url);
    const worker = new Worker(entry, {
      workerData: { scripts: Object.keys(SCRIPTS), isShallow, library },
      resourceLimits: { stackSizeMb: THREAD_STACK_MB },
    });
    const [findings] = (await once(worker, 'message')) as [unknown];
    await worker.terminate();
    expect(findings).toEqual(
      Object.entries(SCRIPTS).map(([code, end]) => {
        return { code, failed: end === 'fails', untouched: true, changed: true, restored: true };
      }),
    );
  },
);
