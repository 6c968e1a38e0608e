import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSandbox } from '../../src/sandbox/pool.ts';
import { answered, execution, program } from './executions.ts';

const ECHO = program('$.finish({ text: String(request.json.order.id) })');
const DYING = new URL('./fixtures/dying-thread.js', import.meta.url);

test('many executions at once all end, each with its own result', async () => {
  const sandbox = await openSandbox({ threads: 2 });
  const runs = Array.from({ length: 500 }, (_, i) => {
    const body = Buffer.from(JSON.stringify({ order: { id: `${i}${'x'.repeat(i)}` } }));
    return sandbox.execute(execution(ECHO, { request: { body } }));
  });
  const answers = (await Promise.all(runs)).map(answered);
  expect(answers).toEqual(answers.map((_, i) => `200 ${i}${'x'.repeat(i)}`));
  await sandbox.close();
});

test('closing waits for what is under way and refuses what comes after', async () => {
  const sandbox = await openSandbox({ threads: 1 });
  const runs = Array.from({ length: 100 }, () => sandbox.execute(execution(ECHO)));
  const closing = sandbox.close();
  await expect(sandbox.execute(execution(ECHO))).rejects.toMatchObject({
    code: 'request.shutting_down',
    message: 'Expected an open sandbox, got a closed one',
  });
  for (const run of runs) expect(answered(await run)).toBe('200 7');
  await closing;
});

test('a program that the thread has dropped is sent again', async () => {
  const sandbox = await openSandbox({ threads: 1 });
  // 300 kB of text each count as 1.2 MB: the thread keeps 40 of them.
  const programs = Array.from({ length: 60 }, (_, i) =>
    program(`/*${'x'.repeat(300_000)}*/ return ${i}`),
  );
  for (let round = 0; round < 2; round++) {
    const results = await Promise.all(programs.map((one) => sandbox.execute(execution(one))));
    expect(results.map((result) => 'value' in result && result.value)).toEqual(
      programs.map((_, i) => String(i)),
    );
  }
  await sandbox.close();
});

test('a thousand programs in turn stay right', async () => {
  const sandbox = await openSandbox({ threads: 1 });
  const programs = Array.from({ length: 1000 }, (_, i) =>
    program(`return ${i} + request.json.order.id`),
  );
  for (let round = 0; round < 2; round++) {
    const results = await Promise.all(programs.map((one) => sandbox.execute(execution(one))));
    results.forEach((result, i) => {
      expect(result).toMatchObject({ status: 'finished', value: String(i + 7) });
    });
  }
  await sandbox.close();
});

test('a run whose thread dies is tried once more on a new thread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const sandbox = await openSandbox({ threads: 1, entry: DYING });
  const once = program(`return 1 // die once ${join(folder, 'mark')} \n`);
  const results = await Promise.all([
    sandbox.execute(execution(ECHO)),
    sandbox.execute(execution(once)),
    sandbox.execute(execution(ECHO)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

test('a run under which two threads die is lost, and the sandbox goes on', async () => {
  const sandbox = await openSandbox({ threads: 1, entry: DYING });
  const result = await sandbox.execute(execution(program('return 1 // die always\n')));
  expect(result).toEqual({
    status: 'failed',
    failure: {
      code: 'sandbox.lost',
      message:
        'Expected the sandbox to end the run, got a thread that died twice under it. Run it again, or look into the log for why.',
      status: 503,
    },
    logs: [],
    cpuMs: 0,
  });
  expect(answered(await sandbox.execute(execution(ECHO)))).toBe('200 7');
  await sandbox.close();
});

test('a sandbox whose threads cannot start says so, with the cause', async () => {
  const entry = new URL('./fixtures/missing.js', import.meta.url);
  await expect(openSandbox({ threads: 1, entry })).rejects.toMatchObject({
    message: 'Expected a sandbox thread to start, got 3 failures in a row',
    cause: expect.objectContaining({ message: expect.stringContaining('missing.js') }),
  });
});

test('other programs keep answering while native loops hold their threads', async () => {
  const sandbox = await openSandbox({ threads: 1 });
  // A long limit, so that the others have seconds before the first is stopped, on a busy machine too.
  const stuck = execution(program("new Array(1e9) + ''", { limits: { cpuMs: 1000 } }));
  const hung = [sandbox.execute(stuck), sandbox.execute(stuck)];
  const order: string[] = [];
  const noted = hung.map((run) => run.then(() => order.push('hung')));
  for (let i = 0; i < 20; i++) {
    expect(answered(await sandbox.execute(execution(ECHO)))).toBe('200 7');
  }
  order.push('others');
  await Promise.all(noted);
  expect(order.filter((what) => what === 'hung')).toHaveLength(2);
  expect(order.indexOf('others')).toBeLessThan(2);
  for (const run of hung) {
    expect(await run).toMatchObject({ failure: { code: 'limit.cpu', status: 504 } });
  }
  await sandbox.close();
});
