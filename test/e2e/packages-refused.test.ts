import { afterAll, beforeAll, expect, test } from 'vitest';
import { automation, hook, Importer, type Json, pack, webhook } from './importer.ts';
import { Program } from './program.ts';

let program: Program;
let importer: Importer;

beforeAll(async () => {
  program = await Program.start();
  importer = new Importer(program);
});

afterAll(() => program[Symbol.asyncDispose]());

test('a plan that is no longer true is refused', async () => {
  const document = pack('late', { records: [automation('late.a', 'x')] });
  const { fingerprint } = await importer.plan(document);
  await program.api('PUT', '/automations/late.a', {
    source: 'automation: late.a\nsteps:\n  - return: { text: mine }\n',
  });
  const more = { document, fingerprint, conflicts: 'replace' };
  expect(await importer.refusal('POST', '/packages', more)).toMatchObject({
    code: 'package.changed',
    next: 'Plan again, and look at what it says now.',
  });
  expect((await importer.refusal('GET', '/packages/late')).code).toBe('package.not_found');
});

test('everything that is wrong is told at once, with its place', async () => {
  const document = pack('wrong', {
    records: [
      { uid: 'a', text: 'automation: wrong.a\nsteps:\n  - retrun: { text: x }\n' },
      { uid: 'b', text: 'automation: wrong.b\nsteps:\n  - set: { x: "${{ y }}" }\n' },
      webhook('Wrong', 'nobody', 'methds: [POST]\n'),
      webhook('Bound', 'nobody', 'forward: "a b"\n'),
      webhook('Fine', 'wrong.a'),
      hook('wrong', 'secret: SECRET_VALUE\ntimeout: 1d\n'),
    ],
  });
  const { diagnostics } = await importer.plan(document);
  expect(
    diagnostics.map(({ file, line, column, code }: Json) => `${file}:${line}:${column} ${code}`),
  ).toEqual([
    'x-Wrong.yaml:5:1 package.record',
    'a.yaml:3:5 step.unknown',
    'b.yaml:3:20 name.unknown',
    'x-Bound.yaml:5:10 package.record',
    'x-Bound.yaml:4:17 package.record',
    'y-wrong.yaml:4:9 package.record',
    'y-wrong.yaml:5:10 package.record',
  ]);
  const error = await importer.refusal('POST', '/packages', { document });
  expect(error.code).toBe('package.invalid');
  expect(error.message).toContain('3 |   - retrun: { text: x }');
  expect(error.message).toContain(
    'y-wrong.yaml:4:9 error package.record: Expected secret to be the name of a stored secret',
  );
});
