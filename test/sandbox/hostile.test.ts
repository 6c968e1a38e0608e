import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunFailure } from '../../src/core/run.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { answered, execution, program } from './executions.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 }); // The other program has to get by on the same thread.
});
afterAll(() => sandbox.close());

type Options = Parameters<typeof program>[1];

const OTHER = execution(program("$.finish({ text: 'still here ' + request.json.order.id })"));

/** Runs a script with another program before, beside and after it; gives the script's failure. */
async function attack(body: string, options?: Options): Promise<RunFailure> {
  const hostile = execution(program(`$.step = 1; ${body}`, options));
  const results = await Promise.all([
    sandbox.execute(OTHER),
    sandbox.execute(hostile),
    sandbox.execute(OTHER),
    sandbox.execute(OTHER),
  ]);
  const after = await sandbox.execute(OTHER);
  for (const other of [results[0], results[2], results[3], after]) {
    expect(answered(other)).toBe('200 still here 7');
  }
  const [, result] = results;
  if (result.status !== 'failed') throw new Error(`It did not fail: ${JSON.stringify(result)}`);
  return result.failure;
}

const CPU = {
  code: 'limit.cpu',
  message: 'Expected at most 100 ms of CPU time, got more. Raise `limits.cpu` or do less per run.',
  status: 504,
};
const MEMORY = {
  code: 'limit.memory',
  message:
    'Expected at most 32 MB of memory, got more. Raise `limits.memory` or hold less at a time.',
  status: 503,
};
const STACK = {
  code: 'limit.stack',
  message:
    'Expected at most 512 kB of stack, got more. Look for a function that calls itself without end, or data that is nested too deep.',
  status: 503,
};
const OUTPUT = {
  code: 'limit.output',
  message: 'Expected at most 1 MB of output, got more. Raise `limits.output` or answer with less.',
  status: 503,
};
const LOG = {
  code: 'limit.log',
  message: 'Expected at most 64 kB of log text, got more. Raise `limits.log` or log less.',
  status: 503,
};
const STUCK = {
  code: 'run.stuck',
  message:
    'Expected the run to end, got an await of something that can never come. Await only what the run itself settles.',
  status: 500,
};
const IN_STEP = { step: 1, line: 20 };

const ASYNC = { async: true };

test('an endless loop ends at the CPU limit, with its step and its logs', async () => {
  const result = await sandbox.execute(
    execution(program("$.step = 1; $.log('info', 'begun'); $.respond({ text: 'a' }); for (;;);")),
  );
  expect(result).toMatchObject({
    status: 'failed',
    failure: { ...CPU, ...IN_STEP },
    answer: { status: 200, body: 'a' },
    logs: [{ level: 'info', text: 'begun', line: 20 }],
  });
  expect(await attack('for (;;);')).toEqual({ ...CPU, ...IN_STEP });
});

test('a run that may take less time than CPU time ends at that', async () => {
  const limits = { timeoutMs: 50 };
  expect(await attack('for (;;);', { limits })).toEqual({
    code: 'limit.time',
    message:
      'Expected an end after at most 50 ms, got none. Raise `limits.timeout` or do less per run.',
    status: 504,
    ...IN_STEP,
  });
});

test('a loop cannot catch its end', async () => {
  expect(await attack('for (;;) try { for (;;); } catch {} finally { for (;;); }')).toMatchObject(
    CPU,
  );
});

test('native loops that never ask are ended from outside, while the others move on', async () => {
  const loops = ["new Array(1e9) + ''", 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'];
  for (const loop of loops) expect(await attack(loop)).toEqual(CPU);
});

test('native work that is long in one piece ends one way or the other', async () => {
  const works = [
    'Array.from({ length: 3e5 }, (_, i) => (i * 7919) % 100003).sort()',
    "'x'.repeat(2 ** 29).toUpperCase()",
    "Array(1e6).fill('abcdefgh').join(',')",
    "JSON.stringify(Array(1e6).fill({ a: 'b' }))",
    "'a'.repeat(1e6).split('').reverse().join('')",
    "'ab'.repeat(5e6).replaceAll('a', 'bb')",
    'new Uint8Array(2 ** 24).sort((a, b) => b - a)',
  ];
  for (const work of works) {
    expect((await attack(`${work}; for (;;);`)).code).toMatch(/^limit\.(cpu|memory)$/);
  }
});

test('recursion without end overflows the stack', async () => {
  const recursions = [
    '(function f() { return f() + 1 })()',
    'const o = { get x() { return this.x } }; o.x',
    "const o = { toString() { return '' + this } }; String(o)",
    'let p = {}; p = new Proxy(p, { get: (t, k, r) => r[k] }); p.x',
    'const f = (n) => [n].map(f); f(1)',
    "JSON.parse('['.repeat(1e5))",
    'class A { constructor() { new A() } } new A()',
  ];
  for (const recursion of recursions) {
    expect([recursion, (await attack(recursion)).code]).toEqual([recursion, 'limit.stack']);
  }
  expect(await attack(recursions[0] as string)).toMatchObject({ ...STACK, ...IN_STEP });
});

test('memory bombs of every kind end at the memory limit', async () => {
  const bombs = [
    'const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1))',
    'new ArrayBuffer(2 ** 30)',
    'const a = []; for (;;) a.push(new Float64Array(1e5))',
    'let a = "x"; for (;;) a += a',
    'let a = "x".repeat(1000); for (let i = 0; ; i++) a += a + i',
    "'x'.repeat(2 ** 29)",
    'let list = []; for (;;) list = [list, list]',
    'const o = {}; for (let i = 0; ; i++) o["key" + i] = i',
    'const m = new Map(); for (let i = 0; ; i++) m.set(i, String(i).repeat(100))',
    'const a = []; for (;;) a.push(Symbol("x".repeat(1000)))',
    'const a = []; for (;;) try { for (;;) a.push(new Array(1000).fill(a)) } catch {}',
    '(function* () { const a = []; for (;;) a.push(yield* []) , a.push(new Array(1e4)) })().next()',
  ];
  for (const bomb of bombs) {
    // Far more than each needs, for a machine that does much else.
    const limits = { cpuMs: bomb.includes('catch') ? 1000 : 10_000 };
    const { code } = await attack(bomb, { limits });
    // A script may catch "out of memory" and go on; then it meets the other limit.
    expect([bomb, code]).toEqual([
      bomb,
      bomb.includes('catch') ? expect.stringMatching(/^limit\.(cpu|memory)$/) : 'limit.memory',
    ]);
  }
  expect(await attack(bombs[0] as string)).toEqual({ ...MEMORY, ...IN_STEP });
});

test('a limit that is raised gives room, one that is lowered takes it', async () => {
  const hold = (mb: number) =>
    `const a = []; for (let i = 0; i < ${mb}; i++) a.push(new Uint8Array(1 << 20).fill(1)); return a.length`;
  const run = (mb: number, memoryMb: number) => {
    const limits = { memoryBytes: memoryMb * 1024 * 1024, cpuMs: 1000 };
    return sandbox.execute(execution(program(hold(mb), { limits })));
  };
  expect(await run(28, 32)).toMatchObject({ value: '28' });
  expect(await run(33, 32)).toMatchObject({ failure: { code: 'limit.memory' } });
  expect(await run(200, 256)).toMatchObject({ value: '200' });
  expect(await run(6, 4)).toMatchObject({ failure: { code: 'limit.memory' } });
  expect(await run(3, 4)).toMatchObject({ value: '3' });
});

test('a catastrophic regular expression ends at the CPU limit', async () => {
  expect(await attack("/^(a+)+$/.test('a'.repeat(40) + 'b')")).toEqual({ ...CPU, ...IN_STEP });
  expect(await attack("'a'.repeat(5000).match(/(.*)*x/)")).toMatchObject(CPU);
});

test('floods of promises and endless microtasks end at a limit', async () => {
  const flood = 'for (;;) Promise.resolve().then(() => {})';
  expect((await attack(flood)).code).toMatch(/^limit\.(cpu|memory)$/);
  const chains = [
    'const next = () => Promise.resolve().then(next); await next()',
    'for (;;) await null',
    'const spin = async () => { for (;;) await 1 }; spin(); await new Promise(() => {})',
    'await { then(resolve) { for (;;); } }',
  ];
  for (const chain of chains) expect(await attack(chain, ASYNC)).toMatchObject(CPU);
  const fork =
    'const fork = async () => { await 1; fork(); fork() }; await fork(); await new Promise(() => {})';
  expect((await attack(fork, ASYNC)).code).toMatch(/^limit\.(cpu|memory)$/);
});

test('a promise that never settles ends the run as stuck', async () => {
  expect(await attack('await new Promise(() => {})', ASYNC)).toEqual({ ...STUCK, ...IN_STEP });
  expect(await attack('await { then() {} }', ASYNC)).toEqual({ ...STUCK, ...IN_STEP });
});

test('no way leads from text to code', async () => {
  const message =
    'TypeError: Expected code that stands in the automation, got code made from a text';
  const ways = [
    "eval('1')",
    "(0, eval)('1')",
    "Function('return 1')()",
    "new Function('return 1')()",
    "(() => {}).constructor('return 1')()",
    "(async () => {}).constructor('return 1')()",
    "(function* () {}).constructor('yield 1')()",
    "(async function* () {}).constructor('yield 1')()",
    "[].map.constructor('return 1')()",
    "(class {}).constructor('return 1')()",
    "Object.getPrototypeOf(async () => {}).constructor('return 1')()",
    "Reflect.construct((() => {}).constructor, ['return 1'])",
    "$.text.constructor('return 1')()",
    "request.header.constructor('return 1')()",
    "Hash.sha256.constructor('return 1')()",
    "Object.getPrototypeOf(Object.getPrototypeOf(async () => {}).constructor).constructor('return 1')()",
  ];
  for (const way of ways) {
    expect([way, (await attack(way)).message]).toEqual([way, message]);
  }
  const imported = 'Error: Expected no import in an automation, got one';
  for (const name of ['fs', 'node:fs', '/library/main.js', './main.js', 'refused', '']) {
    expect((await attack(`await import('${name}')`, ASYNC)).message).toBe(imported);
  }
  expect((await attack("import fs from 'fs'")).message).toMatch(/^SyntaxError: /);
});

test('nothing of the host is in reach', async () => {
  const result = await sandbox.execute(
    execution(
      program(`
      const names = ['process', 'require', 'module', 'globalThis', 'global', 'window', 'self', 'console',
        'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics', 'std', 'os', 'print', 'host',
        'setTimeout', 'fetch', 'InternalError', 'scriptArgs', 'performance', 'navigator', 'boot', 'run'];
      const seen = [];
      const probes = { process: () => process, require: () => require, globalThis: () => globalThis,
        console: () => console, WeakRef: () => WeakRef, FinalizationRegistry: () => FinalizationRegistry,
        SharedArrayBuffer: () => SharedArrayBuffer, Atomics: () => Atomics, std: () => std, os: () => os,
        host: () => host, setTimeout: () => setTimeout, InternalError: () => InternalError,
        calls: () => calls, runtime: () => runtime, boot: () => boot };
      for (const [name, probe] of Object.entries(probes)) try { probe(); seen.push(name) } catch {}
      const that = (function () { return this })();
      return { seen, that: that === undefined, top: this === undefined };`),
    ),
  );
  expect(result).toMatchObject({ value: '{"seen":[],"that":true,"top":true}' });
});

test('what the host is asked wrongly shows nothing of the host', async () => {
  const asks = [
    "Hash.sha256({ get length() { throw new Error('x') } })",
    "Base64.decode('****')",
    "new URL('::::')",
    'Hmac.md5(null, null)',
    "Hash.sha256('x', 'latin1')",
  ];
  for (const ask of asks) {
    const failure = await attack(ask);
    expect(failure.code).toBe('run.script_error');
    expect(failure.message).not.toMatch(/node:|\.js|\/dist|at /);
  }
});

test('prototype pollution stays in its run, and does not reach the host', async () => {
  const body = `Object.prototype.status = 666; Object.prototype.polluted = true;
    JSON.parse('{"__proto__":{"x":1}}'); $.finish({ json: { ok: {}.polluted } })`;
  const result = await sandbox.execute(execution(program(body)));
  expect(answered(result).slice(4)).toBe('{"ok":true}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(answered(await sandbox.execute(OTHER))).toBe('200 still here 7');
});

test('output floods end at the output limit', async () => {
  const floods = [
    "$.finish({ text: 'x'.repeat(2e6) })",
    "let rope = 'x'.repeat(1024); for (let i = 0; i < 18; i++) rope += rope; $.finish({ text: rope })",
    "let rope = 'x'.repeat(1024); for (let i = 0; i < 18; i++) rope += rope; $.finish({ headers: { a: rope } })",
    "$.finish({ html: 'é'.repeat(6e5) })",
    "$.finish({ json: Array(2e5).fill('abcdef') })",
    '$.finish({ body: new Uint8Array(2 << 20) })',
    "$.finish({ base64: 'AAAA'.repeat(4e5) })",
    "return 'x'.repeat(2e6)",
    "try { $.finish({ text: 'x'.repeat(2e6) }) } catch { $.finish({ text: 'small' }) }",
  ];
  for (const flood of floods) {
    const found = await attack(flood);
    expect([flood, found]).toEqual([flood, { ...OUTPUT, ...IN_STEP }]);
  }
  const rope = "let rope = 'x'.repeat(1024); for (let i = 0; i < 18; i++) rope += rope;";
  expect((await attack(`${rope} $.finish({ json: { rope } })`)).code).toBe('limit.memory');
  expect((await attack(`${rope} return rope`)).code).toMatch(/^limit\.(memory|output)$/);
  expect((await attack(`${rope} throw rope`)).message).toBe(
    'A text of 268435456 characters was thrown',
  );
  expect(
    (await attack(`${rope} throw Object.assign(new Error(), { message: rope })`)).message,
  ).toBe('Error: A text of 268435456 characters');
});

test('too many headers are refused', async () => {
  const many =
    "$.finish({ headers: Object.fromEntries(Array.from({ length: 101 }, (_, i) => ['h' + i, 'x'])) })";
  expect((await attack(many)).message).toBe('Expected at most 100 headers in an answer, got 101');
  const long = "$.finish({ headers: { a: 'x'.repeat(17000) } })";
  expect((await attack(long)).message).toBe(
    'Expected at most 16384 bytes of headers in an answer, got 17001',
  );
});

test('log floods end at the log limit, and keep what came before', async () => {
  const floods = [
    "for (;;) $.log('info', 'x'.repeat(100))",
    "for (;;) $.log('info', '')",
    "$.log('info', 'x'.repeat(1e5))",
    "let rope = 'x'.repeat(1024); for (let i = 0; i < 18; i++) rope += rope; $.log('info', rope)",
    "$.log('info', Array(1e5).fill(1))",
    "try { $.log('info', 'x'.repeat(1e5)) } catch {}",
  ];
  for (const flood of floods) expect(await attack(flood)).toEqual({ ...LOG, ...IN_STEP });
  const body = "$.log('info', 'kept'); $.log('info', 'x'.repeat(1e5))";
  expect((await sandbox.execute(execution(program(body)))).logs).toMatchObject([{ text: 'kept' }]);
  const wide = "$.log('info', '\u20ac'.repeat(30000))"; // 90 kB in UTF-8.
  expect(await attack(wide)).toEqual({ ...LOG, ...IN_STEP });
});

test('whatever is thrown ends in one readable failure', async () => {
  const thrown: Record<string, string> = {
    undefined: 'undefined was thrown',
    null: 'null was thrown',
    "'text'": '"text" was thrown',
    '5n': '5n was thrown',
    'Symbol("s")': 'Symbol(s) was thrown',
    'Object.freeze({ a: 1 })': '{"a":1} was thrown',
    '() => {}': expect.stringMatching(/ was thrown$/) as unknown as string,
    'Object.create(null)': '{} was thrown',
    "{ get message() { throw 'x' } }": 'An exception was thrown whose message cannot be read',
    'new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })':
      'An exception was thrown whose message cannot be read',
    "Object.assign(new Error('m'), { name: { toString() { throw 1 } } })": 'm',
    "Object.assign(new Error('m'), { stack: { toString() { throw 1 } } })": 'Error: m',
    "new Error('x'.repeat(5000))": `Error: ${'x'.repeat(2000)}…`,
    "Object.assign(new Error('m'), { code: 'limit.cpu', status: 200 })": 'Error: m',
  };
  for (const [what, message] of Object.entries(thrown)) {
    const failure = await attack(`throw (${what})`);
    expect(failure).toMatchObject({ code: 'run.script_error', message, status: 500, step: 1 });
    expect(await attack(`throw (${what})`, ASYNC)).toMatchObject({ message });
  }
});

test('hundreds of runs that were ended leave no memory behind', async () => {
  const limits = { cpuMs: 5 };
  const endless = execution(program('for (;;);', { limits }));
  const bomb = execution(program('const a = []; for (;;) a.push(new Uint8Array(1 << 20))'));
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 100; i++) {
    const [a, b] = await Promise.all([sandbox.execute(endless), sandbox.execute(bomb)]);
    expect([a.status, b.status]).toEqual(['failed', 'failed']);
  }
  expect(answered(await sandbox.execute(OTHER))).toBe('200 still here 7');
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
}, 60_000);
