import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { execution, program } from '../executions.ts';
import { ended, needs, ok, through } from './journals.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

const TAMPERING: Record<string, string> = {
  'Promise.prototype.then': 'Promise.prototype.then = function () { return this }',
  'the name Promise': 'Promise = function () { throw 1 }',
  'the constructor of promises':
    'Promise.prototype.constructor = class { constructor() { throw 1 } }',
  'toJSON everywhere': "Object.prototype.toJSON = () => 'forged'",
  JSON: "JSON.stringify = () => '{}'; JSON.parse = () => 'forged'",
  'Map and Reflect': 'Map.prototype.get = Map.prototype.set = Reflect.apply = () => { throw 1 }',
  Date: 'Date.now = () => 0',
};

test('whatever an author does to JavaScript’s own functions, effects are numbered and checked as ever', async () => {
  for (const [what, code] of Object.entries(TAMPERING)) {
    const first = execution(
      program(
        `$.step = 0; const fx = $.effects; ${code};
        const a = await fx.call('a'); const b = await fx.wait('1s'); return a + b`,
        { async: true },
      ),
    );
    const [request] = needs(await sandbox.execute(first));
    expect([what, request]).toEqual([
      what,
      { number: 0, step: 0, kind: 'call', args: '{"function":"a","inputs":{}}' },
    ]);
    const { result, journal } = await through(sandbox, first);
    expect([what, result]).toMatchObject([what, { value: '"result 0result 1"' }]);
    expect([what, journal[1]?.args]).toEqual([what, `{"until":${first.now + 2000}}`]);
    const other = ended({ number: 0, step: 0, kind: 'emit', args: '{}' }, 0);
    expect(await sandbox.execute({ ...first, journal: [other] })).toMatchObject({
      failure: { code: 'run.nondeterministic' },
    });
  }
});

test('setters that QuickJS’s own JSON stumbles over spoil their own run only', async () => {
  const setters = (target: string) =>
    `for (const n of ['0', '1', 'resolve', 'read', 'step'])
      Object.defineProperty(${target}, n, { set() { throw new Error('set') }, get() { return 'forged' } });`;
  for (const target of ['Array.prototype', 'Object.prototype']) {
    const body = `$.step = 0; const fx = $.effects; ${setters(target)} return await fx.call('a')`;
    const first = execution(program(body, { async: true }));
    expect(await sandbox.execute(first)).toMatchObject({
      failure: { code: 'run.script_error', message: 'Error: set' },
    });
    // After the first ask, what is settled and what comes next is still the host's to say.
    const later = execution(
      program(
        `$.step = 0; const fx = $.effects; const a = fx.call('a'); ${setters(target)} return await a`,
        { async: true },
      ),
    );
    expect((await through(sandbox, later)).result).toMatchObject({ value: '"result 0"' });
  }
  expect(await sandbox.execute(execution(program('return 1')))).toMatchObject({ value: '1' });
});

test('results that pose as promises do not get ahead of the others', async () => {
  const first = execution(
    program(
      `$.step = 0; const order = []; Object.prototype.then = undefined;
      Object.defineProperty(Object.prototype, 'then', { get() { order.push('then'); return undefined } });
      await Promise.all(['a', 'b'].map(async (n) => { order.push((await $.effects.call(n)).n) }));
      return order.filter((one) => one !== 'then');`,
      { async: true },
    ),
  );
  const [a, b] = needs(await sandbox.execute(first));
  const journal = [ended(a as never, 1, ok({ n: 'a' })), ended(b as never, 0, ok({ n: 'b' }))];
  expect(await sandbox.execute({ ...first, journal })).toMatchObject({ value: '["b","a"]' });
});

test('a flood of effects that is caught ends at a limit, and the next run is unharmed', async () => {
  const bodies = [
    "for (;;) try { fx.wait('1s') } catch {}",
    "for (;;) try { await fx.wait('x') } catch {}",
    "const text = 'x'.repeat(1e6); for (;;) try { fx.emit('a', text) } catch { break } return 1",
  ];
  for (const body of bodies) {
    const limits = { effects: 10_000 };
    const flood = program(`$.step = 0; const fx = $.effects; ${body}`, { async: true, limits });
    const result = await sandbox.execute(execution(flood));
    const code = result.status === 'failed' ? result.failure.code : result.status;
    expect([body, code]).toEqual([body, expect.stringMatching(/^limit\.(cpu|effects)$/)]);
    expect(await sandbox.execute(execution(program('return 1')))).toMatchObject({ value: '1' });
  }
});

test('an effect outside of all steps is refused', async () => {
  for (const step of ['-1', '99', "'0'", 'NaN']) {
    const body = `$.step = ${step}; await $.effects.wait('1s')`;
    const result = await sandbox.execute(execution(program(body, { async: true })));
    expect(result).toMatchObject({
      failure: {
        code: 'effect.invalid',
        message: 'Expected an effect within a step, got one outside of all',
      },
    });
  }
});
