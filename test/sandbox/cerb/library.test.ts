import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CERB_LIBRARY } from '../../../src/core/cerb-library.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { execution, program } from '../executions.ts';

const examples = CERB_LIBRARY.flatMap(({ name, example }) =>
  example === undefined ? [] : [[name, ...example] as const],
);

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});

afterAll(() => sandbox.close());

async function value(body: string, usesCerb = true): Promise<unknown> {
  const result = await sandbox.execute(
    execution(program(body, usesCerb ? { limits: { cpuMs: 5000 } } : { library: [] })),
  );
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return JSON.parse(result.value ?? 'null');
}

describe('the library of translated automations', () => {
  test('every example is right', async () => {
    const tried = examples.map(
      ([, expression]) =>
        `(() => { try { return JSON.stringify(${expression}); } catch (error) { return String(error); } })()`,
    );
    const found = (await value(`return [${tried.join(',\n')}];`)) as string[];
    expect(found.map((text, at) => [examples[at]?.[0], text])).toEqual(
      examples.map(([name, , text]) => [name, text]),
    );
  });

  test('has the functions that the list names, no others, and is frozen', async () => {
    const names = await value('return Object.keys(Cerb).map((name) => `Cerb.${name}`)');
    expect((names as string[]).sort()).toEqual(CERB_LIBRARY.map(({ name }) => name).sort());
    expect(await value('return Object.isFrozen(Cerb)')).toBe(true);
  });

  test('is not there for a program that does not name it', async () => {
    expect(await value('return typeof Cerb', false)).toBe('undefined');
  });

  test('fits into the CPU time that every run has', async () => {
    const small = program('return Cerb.text(1)');
    const result = await sandbox.execute(execution(small));
    expect(result).toMatchObject({ status: 'finished', value: '"1"' });
  });

  test('is there again after an instance had to be dropped, for programs old and new', async () => {
    const known = program('return Cerb.text(true)');
    await sandbox.execute(execution(known));
    const endless = program('for (;;) Cerb.text(1);');
    expect(await sandbox.execute(execution(endless))).toMatchObject({ status: 'failed' });
    expect(await sandbox.execute(execution(known))).toMatchObject({ value: '"1"' });
    expect(await value("return Cerb.upper('a')")).toBe('A');
  });
});
