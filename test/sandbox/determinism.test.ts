import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openSandbox } from '../../src/sandbox/pool.ts';
import { execution, program, stable } from './executions.ts';

const CLOCK = `[
  Date.now(), new Date().toISOString(), new Date().toString(), new Date(0).getHours(),
  new Date(2026, 6, 1).toISOString(), new Date().getTimezoneOffset(), Date(), Dates.now(),
  new Date('2026-07-01T12:00').getTime(), new Date(1e12).toLocaleString(), Date.UTC(2026, 0, 1)]`;
const RANDOM = `[Math.random(), Math.random(), uuid(), Random.int(1, 1000), Random.token(), Random.pick(['a', 'b', 'c'])]`;
/** Recorded runs are replayed by them. */
const DRAWN = {
  '': '0.9267620746977627 7d73dbf3-94ff-43d2-b7d2-934d13547ff5 E57XEMsk 769824',
  run_01J00000000000000000000001:
    '0.8895759820006788 d280b388-cbda-487a-bbdd-445f914a1ccf HWEHGSPU 66085',
  'Grüße 😀': '0.1917851367034018 44b3f0be-5c8c-4d2c-b16f-a60c40610df5 HPbIzLyZ 17251',
};
const EVERYTHING = program(
  `const clock = ${CLOCK}; const random = ${RANDOM};
  let spun = 0; for (let i = 0; i < 50000; i++) spun += i;
  const later = await Promise.race([Promise.resolve(1), Promise.resolve(2)]);
  return { clock, random, later, still: Date.now() === clock[0],
    order: Object.keys({ b: 1, a: 2, 1: 3 }), set: [...new Set(Object.getOwnPropertyNames(Math))] };`,
  { async: true },
);

test('the same execution gives the same result, again and on another thread', async () => {
  await using both = await opened(2);
  const once = stable(await both.execute(execution(EVERYTHING)));
  expect(once.status).toBe('finished');
  const many = await Promise.all(
    Array.from({ length: 64 }, () => both.execute(execution(EVERYTHING))),
  );
  for (const result of many) expect(stable(result)).toEqual(once);
  await using other = await opened(1);
  expect(stable(await other.execute(execution(EVERYTHING)))).toEqual(once);
});

test('the time inside is the one given, and stands still', async () => {
  await using sandbox = await opened(1);
  const now = Date.UTC(2031, 4, 6, 7, 8, 9, 10);
  const result = await sandbox.execute(execution(EVERYTHING, { now }));
  const { clock, still } = parsed(result);
  expect(clock.slice(0, 3)).toEqual([
    now,
    '2031-05-06T07:08:09.010Z',
    'Tue May 06 2031 07:08:09 GMT+0000',
  ]);
  expect(still).toBe(true);
});

test('a seed gives the numbers that it gave in every version before', async () => {
  await using sandbox = await opened(1);
  const draw = program(
    'return [Math.random(), uuid(), Random.token(8), Random.int(1, 1000000)].join(" ")',
  );
  for (const [seed, drawn] of Object.entries(DRAWN)) {
    expect(parsed(await sandbox.execute(execution(draw, { seed })))).toBe(drawn);
  }
});

test('another seed gives other numbers, all of them in range', async () => {
  await using sandbox = await opened(1);
  const draw = program('return Array.from({ length: 1000 }, Math.random)');
  const numbers = async (seed: string) =>
    parsed(await sandbox.execute(execution(draw, { seed }))) as unknown as number[];
  const [a, again, b] = [await numbers('a'), await numbers('a'), await numbers('b')];
  expect(a).toEqual(again);
  expect(a.some((x) => b.includes(x))).toBe(false);
  for (const x of a) expect(x >= 0 && x < 1).toBe(true);
  expect(Math.abs(a.reduce((sum, x) => sum + x, 0) / a.length - 0.5)).toBeLessThan(0.05);
  expect(new Set(a).size).toBe(1000);
});

test('the time zone inside is UTC wherever the host is', async () => {
  await using sandbox = await opened(1);
  const here = parsed(await sandbox.execute(execution(EVERYTHING)));
  const code = `
    const { openSandbox } = await import(${JSON.stringify(new URL('../../dist/sandbox/pool.js', import.meta.url).href)});
    const sandbox = await openSandbox({ threads: 1 });
    const run = JSON.parse(process.argv[1]);
    run.request.body = Buffer.alloc(0);
    const result = await sandbox.execute(run);
    console.log(JSON.stringify([new Date(0).getHours(), JSON.parse(result.value)]));
    await sandbox.close();`;
  for (const [zone, hours] of [
    ['America/New_York', 19],
    ['Asia/Kolkata', 5],
  ] as const) {
    const run = JSON.stringify(execution(EVERYTHING));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', code, run],
      { env: { ...process.env, TZ: zone } },
    );
    expect(JSON.parse(stdout)).toEqual([hours, here]);
  }
});

async function opened(threads: number) {
  const sandbox = await openSandbox({ threads });
  return {
    execute: sandbox.execute.bind(sandbox),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

function parsed(result: { status: string; value?: string }): {
  clock: unknown[];
  still: boolean;
} {
  if (result.value === undefined) throw new Error(JSON.stringify(result));
  return JSON.parse(result.value) as never;
}
