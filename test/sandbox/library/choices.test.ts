import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIBRARY } from '../../../src/core/library.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { execution, program } from '../executions.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

const NAMES = [...new Set(LIBRARY.map(({ name }) => name.split('.')[0] as string))];

/** The types of all names in a program that is loaded with some. */
async function types(library: readonly string[], note = ''): Promise<Record<string, string>> {
  const members = NAMES.map((name) => `${name}: typeof ${name}`).join(', ');
  const result = await sandbox.execute(
    execution(program(`/* ${note} */ return { ${members} }`, { library })),
  );
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return JSON.parse(result.value ?? '') as Record<string, string>;
}

test('a program has the names that it uses, and none of another’s', async () => {
  expect((await types(['Text'])).Text).toBe('object');
  expect(new Set(Object.values(await types([])))).toEqual(new Set(['undefined']));
  const some = await types(['uuid', 'Csv']);
  expect([some.uuid, some.Csv, some.Text]).toEqual(['function', 'object', 'undefined']);
});

test('what one program does to the library, another with the same names does not see', async () => {
  const spoil = 'Hash = null; Text.slug = null';
  await sandbox.execute(execution(program(`try { ${spoil} } catch {} return 1`)));
  const checked = program("return [Hash.md5(''), Text.slug('A b')]");
  expect(await sandbox.execute(execution(checked))).toMatchObject({
    value: '["d41d8cd98f00b204e9800998ecf8427e","a-b"]',
  });
});

test('who comes after many choices of names still has his own', async () => {
  const names = ['get', 'uuid', 'Text', 'Dates', 'Csv', 'Hex'];
  const choices = Array.from({ length: 40 }, (_, i) => names.filter((_name, at) => i & (1 << at)));
  for (const [i, choice] of choices.entries()) {
    const found = await types(choice, String(i));
    expect(choice.filter((name) => found[name] === 'undefined')).toEqual([]);
  }
});
