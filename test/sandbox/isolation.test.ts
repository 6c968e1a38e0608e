import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { answered, execution, program, stable } from './executions.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 }); // One thread, so that runs follow each other in one memory.
});
afterAll(() => sandbox.close());

/** Sees whatever an earlier run could have left in a place that runs share. */
const LOOK = program(`return {
  global: typeof leak, object: ({}).leak, array: [].leak, string: ''.leak, fn: (() => {}).leak,
  json: JSON.stringify({ a: 1 }), map: [1, 2].map((x) => x * 2), math: Math.max(1, 2),
  promise: typeof Promise.prototype.then, text: Text.slug('A B'), own: Object.keys(Object.prototype),
  symbol: Symbol.for('leak').description, regexp: RegExp.lastMatch ?? null, date: typeof Date.leak,
  webhook: Object.keys(webhook), $: Object.keys($) };`);

const SPOILERS: Record<string, string> = {
  'sets globals': 'leak = 1; this.x = 1',
  'declares a global through a library name': 'Text = null; URL = 5; uuid = null',
  'pollutes prototypes':
    'for (const o of [Object, Array, String, Function]) o.prototype.leak = 1; Date.leak = 1',
  'pollutes prototypes and throws': 'Object.prototype.leak = 1; null.x',
  'replaces functions':
    'JSON.stringify = () => "no"; Array.prototype.map = () => "no"; Math.max = () => "no"',
  'changes what it is given': '$.leak = 1; webhook.leak = 1; request.leak = 1; $.log = null',
  'deletes functions': 'delete Promise.prototype.then; delete JSON.stringify; delete globals',
  'fills the memory': 'const all = []; for (let i = 0; i < 1e5; i++) all.push({ leak: i });',
  'recurses without end': 'Object.prototype.leak = 1; (function f() { f() })()',
  'runs out of memory':
    'Object.prototype.leak = 1; const a = []; for (;;) a.push(new Array(1e5).fill(0))',
  'never ends': 'Object.prototype.leak = 1; for (;;);',
  'never settles': 'Object.prototype.leak = 1; await new Promise(() => {})',
};

let clean: unknown;
test('the first run sees a clean state', async () => {
  clean = stable(await sandbox.execute(execution(LOOK)));
  expect(JSON.parse((clean as { value: string }).value)).toMatchObject({
    global: 'undefined',
    json: '{"a":1}',
    map: [2, 4],
    math: 2,
    promise: 'function',
    text: 'a-b',
    own: [],
  });
});

for (const [what, body] of Object.entries(SPOILERS)) {
  test(`nothing is left of a run that ${what}`, async () => {
    const isAsync = body.includes('await');
    await sandbox.execute(execution(program(body, { async: isAsync })));
    expect(stable(await sandbox.execute(execution(LOOK)))).toEqual(clean);
  });
}

test('a program keeps nothing from one of its runs to the next, after an exception neither', async () => {
  const counting = program(
    "Object.prototype.count ??= 0; Object.prototype.count++; if (request.method === 'PUT') null.x; return {}.count",
  );
  for (const method of ['POST', 'PUT', 'POST', 'PUT', 'POST']) {
    const result = await sandbox.execute(execution(counting, { request: { method } }));
    if (method === 'PUT') expect(result.status).toBe('failed');
    else expect(result).toMatchObject({ status: 'finished', value: '1' });
  }
});

test('programs do not see each other, whatever their order', async () => {
  const programs = Array.from({ length: 40 }, (_, i) =>
    program(`const before = typeof shared; globalish = ${i}; return [before, ${i}]`),
  );
  const order = Array.from({ length: 400 }, (_, i) => (i * 7919) % programs.length);
  const results = await Promise.all(
    order.map((i) => sandbox.execute(execution(programs[i] as never))),
  );
  for (const result of results) expect(result.status).toBe('failed'); // Strict: no new globals.
});

test('the event of one run cannot be found in the memory of the next', async () => {
  const secret = `secret-${'x'.repeat(20)}`;
  const read = program('return request.body.length + request.json.order.length');
  const body = Buffer.from(JSON.stringify({ order: secret.repeat(2000) }));
  await sandbox.execute(execution(read, { request: { body } }));
  // Fresh buffers and texts are where remains of a heap would show.
  const search = program(`
    for (const size of [64, 4096, 65536, 1 << 20, 4 << 20]) {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 1021) if (bytes[at] !== 0) return at;
    }
    return 'clean';`);
  expect(await sandbox.execute(execution(search))).toMatchObject({ value: '"clean"' });
});

test('overriding what the runtime itself might use does not reach the answer', async () => {
  const overrides = [
    "JSON.stringify = () => { throw 'x' }; JSON.parse = null",
    "Object.prototype.toJSON = function () { return 'changed' }; delete Object.prototype.toJSON",
    'for (const name of Object.getOwnPropertyNames(Array.prototype)) if (name !== "length") Array.prototype[name] = () => { throw new Error(name) }',
    'for (const name of Object.getOwnPropertyNames(String.prototype)) if (name !== "length") String.prototype[name] = () => { throw new Error(name) }',
    'Promise.prototype.then = () => { throw new Error("then") }; Promise.resolve = null',
    'Reflect.apply = Reflect.setPrototypeOf = Object.keys = Object.hasOwn = Array.isArray = null',
    "Object.defineProperty(Object.prototype, 'status', { get() { throw 'x' }, set() { throw 'y' } })",
    'Array.prototype[Symbol.iterator] = function* () { yield 666 }',
    'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = null',
    'WeakMap.prototype.get = WeakMap.prototype.set = Map.prototype.get = null; Symbol.iterator',
    'String = Array = Object = Uint8Array = ArrayBuffer = Error = TypeError = undefined',
    'RegExp.prototype.exec = () => { throw 1 }',
  ];
  for (const override of overrides) {
    for (const isAsync of [false, true]) {
      const body = `${override};
        $.log('info', 'here'); $.step = 1;
        $.finish({ status: 201, headers: { 'x-a': 'b' }, json: { a: [1, 'é'] } })`;
      const result = await sandbox.execute(execution(program(body, { async: isAsync })));
      expect([override, answered(result)]).toEqual([override, '201 {"a":[1,"é"]}']);
      expect(result.logs).toEqual([{ level: 'info', text: 'here', line: 0 }]);
    }
  }
});

test('where QuickJS itself runs what an author has put on a prototype, the run fails clearly', async () => {
  // JSON.stringify keeps a list of what it is in, and sets its first element.
  const body = `Object.defineProperty(Array.prototype, '0', { set() { throw new Error('mine') } });
    $.step = 1; $.finish({ json: {} })`;
  expect(await sandbox.execute(execution(program(body)))).toMatchObject({
    status: 'failed',
    failure: { code: 'run.script_error', message: 'Error: mine', status: 500, step: 1, line: 20 },
  });
});

test('an author who reaches the runtime can only fail the run', async () => {
  const attempts = [
    "Object.defineProperty($, 'step', { get() { throw 'x' } })",
    "$.step = 'x'; null.x",
    '$.step = NaN; null.x',
    '$.step = 1e9; null.x',
    '$.step = { toJSON() { return 0 } }; null.x',
    '$.log({}, {})',
    '$.caught = null; $.text = null; $.log("info", "x")',
    '$.finish(new Proxy({}, { has() { throw 1 }, get() { throw 2 }, getOwnPropertyDescriptor() { throw 3 } }))',
    '$.finish({ json: { toJSON() { throw new Error("no") } } })',
    '$.finish({ headers: new Proxy({}, { ownKeys() { throw 1 } }) })',
    '$.finish({ status: { toString() { throw 1 } } })',
    'request.files.length = -1',
    "Object.setPrototypeOf(request, null); $.finish({ text: 'x' })",
    'try { $.fail("x") } catch (error) { error.status = Infinity; error.code = "limit.cpu"; throw error }',
  ];
  for (const attempt of attempts) {
    const result = await sandbox.execute(execution(program(attempt)));
    if (result.status === 'failed') {
      expect(result.failure.code).toMatch(/^run\.(script_error|failed|answer_invalid)$/);
      expect(result.failure.status).toBe(500);
    }
    expect(stable(await sandbox.execute(execution(LOOK)))).toEqual(clean);
  }
});
