import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EffectRequest, JournalEntry } from '../../../src/core/effect.ts';
import type { Execution } from '../../../src/core/run.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { answered, execution, program, stable } from '../executions.ts';
import { ended, needs, ok } from './journals.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

/** Effects enough for a guest to be kept. */
const BEFORE = `for (let i = 0; i < 9; i++) await $.effects.call('prelude', { i });`;

const ASKING = asking(
  `const before = [uuid(), Date.now(), request.body]; ${BEFORE}
  const value = await $.effects.call('price', { before });
  $.step = 1;
  $.finish({ json: { before, value, after: uuid(), at: Date.now() } });`,
);

function asking(body: string, cpuMs = 5000): Execution['program'] {
  return program(`$.step = 0; ${body}`, { async: true, limits: { cpuMs } });
}

/** A run that waits for what it asked for last. */
interface Waiting {
  readonly run: Execution;
  readonly asked: EffectRequest;
}

/** Goes through a run until it asks for something else than what comes before. */
async function begun(run: Execution): Promise<Waiting> {
  const journal: JournalEntry[] = [];
  for (;;) {
    const [asked] = needs(await sandbox.execute({ ...run, journal: [...journal] }));
    if (asked === undefined) throw new Error('Expected an effect');
    if (!asked.args.includes('"prelude"')) return { run: { ...run, journal }, asked };
    journal.push(ended(asked, journal.length, ok(null)));
  }
}

/** The run once that has ended. */
function gone({ run, asked }: Waiting, value: unknown = null): Execution {
  return { ...run, journal: [...run.journal, ended(asked, run.journal.length, ok(value))] };
}

test('runs that wait beside each other do not see each other', async () => {
  const runs = Array.from({ length: 40 }, (_, i) => {
    const body = Buffer.from(`body ${i}`);
    return execution(ASKING, { seed: `run_${i}`, request: { body } });
  });
  const waiting = await Promise.all(runs.map(begun));
  const whole = waiting.map((one, i) => gone(one, i));
  const results = await Promise.all(whole.map((run) => sandbox.execute(run)));
  const fresh = await openSandbox({ threads: 1 });
  for (const [i, result] of results.entries()) {
    const body = JSON.parse(answered(result).slice('200 '.length));
    expect([body.value, body.before[2]]).toEqual([i, `body ${i}`]);
    expect(stable(result)).toEqual(stable(await fresh.execute(whole[i] as Execution)));
  }
  await fresh.close();
});

test('another run under the same seed is not taken for one that waits', async () => {
  const one = execution(ASKING, { seed: 'run_same', request: { body: Buffer.from('one') } });
  const waiting = await begun(one);
  const two = { ...gone(waiting), request: { ...one.request, body: Buffer.from('two') } };
  // What it asks for differs from the journal, which is that of the first.
  expect(await sandbox.execute(two)).toMatchObject({
    status: 'failed',
    failure: { code: 'run.nondeterministic' },
  });
  expect(answered(await sandbox.execute(gone(waiting)))).toContain('"one"');
});

test('a journal that tells another past is not gone on with', async () => {
  const two = asking(`const a = await $.effects.call('a'); ${BEFORE}
    const b = await $.effects.call('b', { a }); return [a, b];`);
  const first = await sandbox.execute(execution(two, { seed: 'run_past' }));
  const [a] = needs(first);
  const run = execution(two, { seed: 'run_past' });
  const journal: JournalEntry[] = [ended(a as EffectRequest, 0, ok(1))];
  for (let i = 0; i < 9; i++) {
    const [asked] = needs(await sandbox.execute({ ...run, journal: [...journal] }));
    journal.push(ended(asked as EffectRequest, journal.length, ok(null)));
  }
  const [b] = needs(await sandbox.execute({ ...run, journal: [...journal] }));
  const end = ended(b as EffectRequest, journal.length, ok(3));
  const changed = [ended(a as EffectRequest, 0, ok(2)), ...journal.slice(1), end];
  expect(await sandbox.execute({ ...run, journal: changed })).toMatchObject({
    status: 'failed',
    failure: { code: 'run.nondeterministic' },
  });
  const told = await sandbox.execute({ ...run, journal: [...journal, end] });
  expect(told).toMatchObject({ value: '[1,3]' });
});

test('limits of CPU hold for what goes on, and the next run has another instance', async () => {
  const busy = asking(`${BEFORE} await $.effects.call('a'); for (;;) {}`, 300);
  const waiting = await begun(execution(busy, { seed: 'run_busy' }));
  expect(await sandbox.execute(gone(waiting))).toMatchObject({
    status: 'failed',
    failure: { code: 'limit.cpu' },
  });
  expect(await sandbox.execute(execution(program('return 1')))).toMatchObject({ value: '1' });
});

test('what a waiting run has done to its world, no other sees', async () => {
  const spoiling = asking(
    `Object.prototype.leak = 'secret'; Math.random = () => 0.5; ${BEFORE}
    await $.effects.call('a'); return [({}).leak, Math.random()];`,
  );
  const waiting = await begun(execution(spoiling, { seed: 'run_spoiling' }));
  const look = execution(program('return [typeof ({}).leak, Math.random() === 0.5]'));
  for (let i = 0; i < 3; i++) {
    expect(await sandbox.execute(look)).toMatchObject({ value: '["undefined",false]' });
  }
  expect(await sandbox.execute(gone(waiting))).toMatchObject({ value: '["secret",0.5]' });
  expect(await sandbox.execute(look)).toMatchObject({ value: '["undefined",false]' });
});
