import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Execution } from '../../../src/core/run.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { answered, execution, program, stable } from '../executions.ts';
import { ended, needs, ok } from './journals.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

const ASKING = program(
  `$.step = 0;
  const before = [uuid(), Date.now(), request.body];
  const value = await $.effects.call('price', { before });
  $.step = 1;
  $.finish({ json: { before, value, after: uuid(), at: Date.now() } });`,
  { async: true },
);

/** Takes some milliseconds. */
const BUSY = 'let spun = 0; for (let i = 0; i < 200000; i++) spun += i;';

test('runs that wait beside each other do not see each other', async () => {
  const runs = Array.from({ length: 80 }, (_, i) => {
    const body = Buffer.from(`body ${i}`);
    return execution(ASKING, { seed: `run_${i}`, request: { body } });
  });
  const begun = await Promise.all(runs.map((run) => sandbox.execute(run)));
  const journals = begun.map((result, i) => {
    const [request] = needs(result);
    if (request === undefined) throw new Error('Expected an effect');
    return [ended(request, 0, ok(i))];
  });
  const results = await Promise.all(
    runs.map((run, i) => sandbox.execute({ ...run, journal: journals[i] ?? [] })),
  );
  const again = runs.map((run, i) => ({ ...run, journal: journals[i] ?? [] }));
  await using fresh = await opened();
  for (const [i, result] of results.entries()) {
    const body = JSON.parse(answered(result).slice('200 '.length));
    expect([body.value, body.before[2]]).toEqual([i, `body ${i}`]);
    expect(stable(result)).toEqual(stable(await fresh.execute(again[i] as Execution)));
  }
});

test('another run under the same seed is not taken for one that waits', async () => {
  const first = execution(ASKING, { seed: 'run_same', request: { body: Buffer.from('one') } });
  const [request] = needs(await sandbox.execute(first));
  const other = execution(ASKING, { seed: 'run_same', request: { body: Buffer.from('two') } });
  const journal = [ended(request as never, 0, ok(1))];
  // What it asks for differs from the journal, which is that of the first.
  expect(await sandbox.execute({ ...other, journal })).toMatchObject({
    status: 'failed',
    failure: { code: 'run.nondeterministic' },
  });
  expect(answered(await sandbox.execute({ ...first, journal }))).toContain('"one"');
});

test('a journal that tells another past is not gone on with', async () => {
  const two = program(
    `$.step = 0; const a = await $.effects.call('a');
    const b = await $.effects.call('b', { a }); return [a, b];`,
    { async: true },
  );
  const run = execution(two, { seed: 'run_past' });
  const [a] = needs(await sandbox.execute(run));
  const journal = [ended(a as never, 0, ok(1))];
  const [b] = needs(await sandbox.execute({ ...run, journal }));
  const changed = [ended(a as never, 0, ok(2)), ended(b as never, 1, ok(3))];
  expect(await sandbox.execute({ ...run, journal: changed })).toMatchObject({
    status: 'failed',
    failure: { code: 'run.nondeterministic' },
  });
});

test('limits of CPU hold for each execution, gone on with or not', async () => {
  const busy = program(`$.step = 0; ${BUSY} await $.effects.call('a'); for (;;) { ${BUSY} }`, {
    async: true,
    limits: { cpuMs: 300 },
  });
  const run = execution(busy, { seed: 'run_busy' });
  const [a] = needs(await sandbox.execute(run));
  const journal = [ended(a as never, 0)];
  expect(await sandbox.execute({ ...run, journal })).toMatchObject({
    status: 'failed',
    failure: { code: 'limit.cpu' },
  });
  // The instance is gone; the next run has another.
  expect(await sandbox.execute(execution(program('return 1')))).toMatchObject({ value: '1' });
});

test('what a waiting run has done to its world, no other sees', async () => {
  const spoiling = program(
    `Object.prototype.leak = 'secret'; Math.random = () => 0.5; globalLeak: 1;
    $.step = 0; await $.effects.call('a'); return [({}).leak, Math.random()];`,
    { async: true },
  );
  const run = execution(spoiling, { seed: 'run_spoiling' });
  const [a] = needs(await sandbox.execute(run));
  const look = execution(program('return [typeof ({}).leak, Math.random() === 0.5]'));
  for (let i = 0; i < 3; i++) {
    expect(await sandbox.execute(look)).toMatchObject({ value: '["undefined",false]' });
  }
  const journal = [ended(a as never, 0)];
  expect(await sandbox.execute({ ...run, journal })).toMatchObject({ value: '["secret",0.5]' });
  expect(await sandbox.execute(look)).toMatchObject({ value: '["undefined",false]' });
});

async function opened(): Promise<Sandbox & AsyncDisposable> {
  const one = await openSandbox({ threads: 1 });
  return Object.assign(one, { [Symbol.asyncDispose]: () => one.close() });
}
